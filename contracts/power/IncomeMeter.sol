// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { MinerActor } from "../fvm/MinerActor.sol";
import { PowerActor } from "../fvm/PowerActor.sol";
import { VestingTable } from "../fvm/VestingTable.sol";
import { Account, Accounts, EXPIRY_GRID, Expiry, GIVE_UP_DELAY } from "./Account.sol";
import { GuaranteeLedger } from "./GuaranteeLedger.sol";
import { IncomeLedger, Line } from "./IncomeLedger.sol";
import { IPowerNFT } from "./IPowerNFT.sol";

/// @title Measuring what a miner earns (R-INC)
/// @notice Reads the miner's vesting table, power and balances on chain, and books holders' part on the ledger's line.
library IncomeMeter {
    using SafeCast for uint256;
    using SafeCast for int256;
    using IncomeLedger for Line;
    using Accounts for Account;

    /// @dev Holders' owed income is compared with 95 % of the rewards: the rest is room for fees and rounding.
    uint256 private constant ARREARS_REWARD_PERCENT = 95;

    /// @dev What one sync found.
    struct Measured {
        uint64 minerId;
        uint64 from;
        uint256 rewards;
        uint256 earned;
        uint256 qap;
        /// @dev The sync came after its deadline: rewards are what can be proven.
        bool gap;
    }

    /// @notice Measures rewards since the last sync and books them. Only reads the chain. Emits Synced and IncomeGap.
    /// @param vault The miner's vault: its cash is the miner's wealth too.
    /// @param factor Gross rewards per growth of a bucket pair, from now on.
    /// @return rewards Gross block rewards measured, attoFIL.
    function sync(uint64 minerId, address vault, uint16 factor) internal returns (uint256 rewards) {
        Account storage account = Accounts.at(minerId);
        uint64 now_ = uint64(block.number);
        Measured memory measured;
        measured.minerId = minerId;
        measured.from = account.lastSync;
        if (measured.from == now_) return 0;
        VestingTable.Reading memory table = VestingTable.read(minerId, account.pairEpoch, measured.from, now_);
        (, measured.qap) = PowerActor.findClaim(minerId); // a miner without a claim has power 0
        int256 liquid = MinerActor.getAvailableBalance(minerId) + vault.balance.toInt256();

        Line storage line = Accounts.line(minerId);
        bool clear = line.owed() == 0;
        bool anyone = account.weight != 0;
        if (measured.from != 0) {
            (measured.rewards, measured.gap) = _rewards(account, table, now_);
            measured.earned = _book(account, line, measured, now_);
        }
        account.lastSync = uint32(now_);
        account.pairEpoch = uint32(table.nextPairEpoch);
        account.pairSum = table.nextPairSum.toUint96();
        account.qap = measured.qap.toUint80();
        account.factor = factor;
        if (measured.rewards != 0) account.rewards = (account.rewards + measured.rewards).toUint96();
        if (clear) {
            // what is liquid beyond the debt is the provider's own: using it is no arrears
            int256 debt = line.owed().toInt256();
            int256 wealth = table.total.toInt256() + (liquid < debt ? liquid : debt);
            account.levelWhenClear = _level(account, line, wealth).toInt128();
            account.arrears = 0;
        } else {
            account.arrears = _arrears(account, line, table.total.toInt256() + liquid).toUint96();
        }
        if (measured.gap && anyone) emit IPowerNFT.IncomeGap(minerId, measured.from, now_, measured.rewards);
        emit IPowerNFT.Synced(minerId, measured.from, now_, measured.rewards, measured.earned, measured.qap);
        return measured.rewards;
    }

    /// @notice Passes over the time since the last sync without income, so that dates of expiry are reached although the
    /// chain's answers cannot be read. Emits IncomeGap.
    function skip(uint64 minerId) internal {
        Account storage account = Accounts.at(minerId);
        uint64 now_ = uint64(block.number);
        Measured memory measured;
        measured.minerId = minerId;
        measured.from = account.lastSync;
        if (measured.from == 0 || measured.from == now_) return; // nothing was ever measured, or nothing is left to
        uint64 earliest = account.syncDeadline() + GIVE_UP_DELAY;
        if (account.factor != 0 && now_ < earliest) revert IPowerNFT.TooEarlyToSkip(minerId, earliest);
        if (account.weight != 0) emit IPowerNFT.IncomeGap(minerId, measured.from, now_, 0);
        _book(account, Accounts.line(minerId), measured, now_);
        account.lastSync = uint32(now_);
        account.pairEpoch = 0;
        account.factor = 0;
    }

    /// @dev Growth of the pair times the factor. A pair that shrank counts 0. After the deadline the first, larger
    /// step of a reward (at most 1.5 times the others) may lie in the pair: then only two thirds are proven.
    function _rewards(
        Account storage account,
        VestingTable.Reading memory table,
        uint64 now_
    ) private view returns (uint256 rewards, bool gap) {
        gap = now_ > account.syncDeadline();
        uint256 base = account.pairSum;
        if (table.pairSum <= base) return (0, gap);
        rewards = (table.pairSum - base) * account.factor;
        if (gap) rewards = (rewards * 2) / 3;
    }

    /// @dev Puts holders' part of the rewards on the line, with a checkpoint at each date of expiry that was passed, and
    /// what became due by guarantees on theirs.
    function _book(
        Account storage account,
        Line storage line,
        Measured memory measured,
        uint64 now_
    ) private returns (uint256 earned) {
        uint256 span = now_ - measured.from;
        uint256 qapSum = uint256(account.qap) + measured.qap; // twice the mean
        uint256 weight = account.weight;
        uint256 units = account.units;
        uint256 living = account.living;
        uint256 at = measured.from;
        if (living != 0) {
            for (uint256 date = at / EXPIRY_GRID + 1; date * EXPIRY_GRID <= now_; ++date) {
                Expiry storage expiry = Accounts.expiryOf(measured.minerId, date);
                if (expiry.count == 0) continue;
                uint256 until = date * EXPIRY_GRID;
                earned += _append(line, (measured.rewards * (until - at)) / span, qapSum, weight, units);
                at = until;
                weight -= expiry.weight;
                units -= expiry.units;
                living -= expiry.count;
                account.nominalPower -= expiry.nominalPower;
                line.turn(measured.minerId);
                expiry.closed = true;
                expiry.perByteAtEnd = line.perByte;
            }
            if (at != measured.from) {
                account.weight = uint64(weight);
                account.units = uint80(units);
                account.living = uint32(living);
            }
        }
        earned += _append(line, (measured.rewards * (now_ - at)) / span, qapSum, weight, units);
        if (account.guaranteed) GuaranteeLedger.book(measured.minerId, measured.from, now_);
    }

    function _append(
        Line storage line,
        uint256 rewards,
        uint256 qapSum,
        uint256 weight,
        uint256 units
    ) private returns (uint256) {
        if (rewards == 0 || weight == 0) return 0;
        uint256 sharedTwice = Math.max(qapSum, 2 * weight);
        return line.append(units, (rewards << (IncomeLedger.FRACTION_BITS + 1)) / sharedTwice);
    }

    /// @dev min(owed, max(0, 95 % of rewards - cash covered - growth of wealth)) since nothing was last owed.
    function _arrears(Account storage account, Line storage line, int256 wealth) private view returns (uint256) {
        int256 missing = _level(account, line, wealth) - account.levelWhenClear;
        if (missing <= 0) return 0;
        return Math.min(uint256(missing), line.owed());
    }

    /// @dev What rewards should have left behind, less what is there: 95 % of rewards - cash covered - wealth, attoFIL.
    function _level(Account storage account, Line storage line, int256 wealth) private view returns (int256) {
        uint256 rewards = (uint256(account.rewards) * ARREARS_REWARD_PERCENT) / 100;
        return rewards.toInt256() - int256(uint256(line.covered)) - wealth;
    }
}
