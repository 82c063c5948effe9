// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { MinerActor } from "../fvm/MinerActor.sol";
import { PowerActor } from "../fvm/PowerActor.sol";
import { VestingTable } from "../fvm/VestingTable.sol";
import { IncomeLedger, Line } from "./IncomeLedger.sol";

/// @dev Epochs between two expiry dates: 30 days of 2,880 epochs. Date n is epoch n * EXPIRY_GRID.
uint64 constant EXPIRY_GRID = 86_400;

/// @dev The default of the factor from the growth of a bucket pair to gross rewards: 180 daily steps / 75 % locked.
uint16 constant DEFAULT_REWARD_FACTOR = 240;

/// @dev A pair measures exactly while every reward's steps have begun at its first bucket: one day of the first step,
/// half a day of rounding (epochs).
uint64 constant PAIR_LEAD = 4_320;

/// @dev The span of a reward's vesting, epochs: 180 days.
uint64 constant VESTING_SPAN = 518_400;

/// @dev Between the two buckets of a pair, epochs: half a day.
uint64 constant BUCKET_STEP = 1_440;

/// @dev NFTs that end at one date. One storage slot.
struct Expiry {
    /// @notice Sum of their weights, bytes of QAP.
    uint80 weight;
    /// @notice Sum of weight * payBps.
    uint96 units;
    /// @notice How many there are.
    uint32 count;
    /// @notice Whether the date was passed by a sync; the weights above are then off the line.
    bool closed;
    /// @notice Once closed: the checkpoint at which income ended.
    uint32 lastIndex;
}

/// @dev What is kept of one miner.
struct Account {
    // slot 0
    /// @notice The epoch up to which income is measured; 0 before the first sync.
    uint32 lastSync;
    /// @notice The first bucket of the pair that the next sync reads; 0 while the vesting table is empty.
    uint32 pairEpoch;
    /// @notice What the pair held at the last sync, attoFIL.
    uint96 pairSum;
    /// @notice The miner's QAP at the last sync, bytes.
    uint80 qap;
    /// @notice Gross rewards per growth of the pair, as it was when the pair was chosen: a change is never retroactive.
    uint16 factor;
    // slot 1
    /// @notice Sum of the weights of NFTs that are alive, bytes.
    uint80 weight;
    /// @notice Sum of weight * payBps of NFTs that are alive.
    uint96 units;
    /// @notice NFTs that have not reached their expiry.
    uint32 living;
    // slot 2
    /// @notice All rewards measured, attoFIL.
    uint96 rewards;
    /// @notice `rewards` when nothing was last owed, attoFIL.
    uint96 rewardsWhenClear;
    // slot 3
    /// @notice Vesting table + available balance + the vault's cash when nothing was last owed, attoFIL.
    int128 wealthWhenClear;
    /// @notice The covered mark when nothing was last owed, attoFIL.
    uint96 coveredWhenClear;
    // slot 4
    /// @notice Income that was owed but went elsewhere, attoFIL (R-LED-8).
    uint96 arrears;
    // slots 5, 6
    /// @notice The line of earned income.
    Line earned;
    // slot 7
    /// @notice NFTs by their date of expiry.
    mapping(uint256 date => Expiry) expiries;
    // slot 8
    /// @notice Sectors that back NFTs, one bit each.
    mapping(uint256 word => uint256 bits) committed;
}

/// @title Measuring what a miner earns (R-INC)
/// @notice Reads the miner's vesting table, power and balances on chain, and books holders' part on the ledger's line.
library MinerAccounts {
    using SafeCast for uint256;
    using SafeCast for int256;
    using IncomeLedger for Line;

    /// @dev Holders' owed income is compared with 95 % of the rewards: the rest is room for fees and rounding.
    uint256 private constant ARREARS_REWARD_PERCENT = 95;

    /// @notice What one sync found.
    struct Measured {
        uint64 from;
        uint256 rewards;
        uint256 earned;
        uint256 qap;
        /// @dev The sync came after its deadline: rewards are what can be proven.
        bool gap;
    }

    /// @notice Measures rewards since the last sync and books them. Only reads the chain.
    /// @param vault The miner's vault: its cash is the miner's wealth too.
    /// @param factor Gross rewards per growth of a bucket pair, from now on.
    function sync(
        Account storage account,
        uint64 minerId,
        address vault,
        uint16 factor
    ) internal returns (Measured memory measured) {
        uint64 now_ = uint64(block.number);
        measured.from = account.lastSync;
        if (measured.from == now_) {
            measured.qap = account.qap;
            return measured;
        }
        VestingTable.Reading memory table = VestingTable.read(minerId, account.pairEpoch, measured.from, now_);
        (int256 exitCode, , uint256 qap) = PowerActor.tryMinerPower(minerId);
        measured.qap = exitCode == 0 ? qap : 0; // a miner without a claim has power 0
        int256 wealth = MinerActor.getAvailableBalance(minerId) + table.total.toInt256() + vault.balance.toInt256();

        bool clear = account.earned.owed() == 0;
        if (measured.from != 0) {
            (measured.rewards, measured.gap) = _rewards(account, table, now_);
            measured.earned = _book(account, measured, now_);
        }
        account.lastSync = uint32(now_);
        account.pairEpoch = uint32(table.nextPairEpoch);
        account.pairSum = table.nextPairSum.toUint96();
        account.qap = measured.qap.toUint80();
        account.factor = factor;
        if (measured.rewards != 0) account.rewards = (account.rewards + measured.rewards).toUint96();
        if (clear) {
            account.rewardsWhenClear = account.rewards;
            account.wealthWhenClear = wealth.toInt128();
            account.coveredWhenClear = account.earned.covered;
            if (account.arrears != 0) account.arrears = 0;
        } else {
            uint96 arrears = _arrears(account, wealth).toUint96();
            if (arrears != account.arrears) account.arrears = arrears;
        }
    }

    /// @notice The last epoch at which a sync still measures exactly.
    function syncDeadline(Account storage account) internal view returns (uint64) {
        if (account.lastSync == 0) return 0;
        uint64 pair = account.pairEpoch;
        // an empty table: the earliest pair that any class of buckets can bring
        if (pair == 0) pair = account.lastSync + VESTING_SPAN - 2 * BUCKET_STEP;
        return pair - PAIR_LEAD;
    }

    /// @dev Growth of the pair times the factor. A pair that shrank counts 0. After the deadline the first, larger
    /// step of a reward (at most 1.5 times the others) may lie in the pair: then only two thirds are proven.
    function _rewards(
        Account storage account,
        VestingTable.Reading memory table,
        uint64 now_
    ) private view returns (uint256 rewards, bool gap) {
        gap = now_ > syncDeadline(account);
        uint256 base = account.pairSum;
        if (table.pairSum <= base) return (0, gap);
        rewards = (table.pairSum - base) * account.factor;
        if (gap) rewards = (rewards * 2) / 3;
    }

    /// @dev Puts holders' part of the rewards on the line, with a checkpoint at each date of expiry that was passed.
    function _book(Account storage account, Measured memory measured, uint64 now_) private returns (uint256 earned) {
        uint256 span = now_ - measured.from;
        uint256 meanQap = (account.qap + measured.qap) / 2;
        uint256 weight = account.weight;
        uint256 units = account.units;
        uint256 living = account.living;
        uint256 at = measured.from;
        if (living != 0) {
            for (uint256 date = at / EXPIRY_GRID + 1; date * EXPIRY_GRID <= now_; ++date) {
                Expiry storage expiry = account.expiries[date];
                if (expiry.count == 0) continue;
                uint256 until = date * EXPIRY_GRID;
                earned += _append(account, (measured.rewards * (until - at)) / span, meanQap, weight, units);
                at = until;
                weight -= expiry.weight;
                units -= expiry.units;
                living -= expiry.count;
                expiry.closed = true;
                expiry.lastIndex = account.earned.top;
            }
            if (at != measured.from) {
                account.weight = uint80(weight);
                account.units = uint96(units);
                account.living = uint32(living);
            }
        }
        earned += _append(account, (measured.rewards * (now_ - at)) / span, meanQap, weight, units);
    }

    function _append(
        Account storage account,
        uint256 rewards,
        uint256 meanQap,
        uint256 weight,
        uint256 units
    ) private returns (uint256) {
        if (rewards == 0 || weight == 0) return 0;
        uint256 shared = meanQap > weight ? meanQap : weight;
        return account.earned.append(units, (rewards << IncomeLedger.FRACTION_BITS) / shared);
    }

    /// @dev min(owed, max(0, 95 % of rewards - cash covered - growth of wealth)) since nothing was last owed.
    function _arrears(Account storage account, int256 wealth) private view returns (uint256) {
        uint256 rewards = account.rewards - account.rewardsWhenClear;
        int256 missing =
            int256((rewards * ARREARS_REWARD_PERCENT) / 100) -
                int256(uint256(account.earned.covered - account.coveredWhenClear)) -
                (wealth - account.wealthWhenClear);
        if (missing <= 0) return 0;
        uint256 owed = account.earned.owed();
        return uint256(missing) < owed ? uint256(missing) : owed;
    }
}
