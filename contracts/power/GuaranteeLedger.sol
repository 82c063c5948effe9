// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { MinerActor } from "../fvm/MinerActor.sol";
import { PowerActor } from "../fvm/PowerActor.sol";
import { VestingTable } from "../fvm/VestingTable.sol";
import { Account, Accounts, EXPIRY_GRID } from "./Account.sol";
import { ExpectedIncome } from "./ExpectedIncome.sol";
import { Guarantee, GuaranteeAccount, GuaranteeDate, Guarantees } from "./Guarantee.sol";
import { IncomeLedger, Line } from "./IncomeLedger.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { Token, Tokens } from "./Token.sol";

/// @title What storage providers guarantee (R-GUA)
/// @notice Runs in PowerNFT's context; apart from it, because that contract's size is limited, and because an NFT without
/// a guarantee shall not pay for it: whoever calls has looked at `Token.guaranteed` or `Account.guaranteed` first.
library GuaranteeLedger {
    using Guarantees for Guarantee;
    using IncomeLedger for Line;
    using SafeCast for uint256;
    using SafeCast for int256;
    using Tokens for Token;

    /// @dev Days that a sector may be faulty before the chain ends it.
    uint256 private constant FAULT_DAYS = 42;

    /// @notice Takes down what is promised with an NFT that is being minted. Emits GuaranteePromised.
    /// @param vault The miner's vault.
    /// @param amount attoFIL.
    function record(uint256 id, address vault, uint256 amount) external {
        Token storage token = Tokens.at(id);
        uint64 minerId = token.minerId;
        GuaranteeAccount storage account = Guarantees.accountOf(minerId);
        GuaranteeDate storage date = Guarantees.dateOf(minerId, token.expiryDate);
        uint96 promised = amount.toUint96();
        Guarantees.at(id).promised = promised;
        account.unstarted += promised;
        ++account.living;
        date.unstarted += promised;
        ++date.count;
        IPowerNFT.Cover memory standing = coverOf(minerId, vault);
        if (standing.amount < standing.remaining.toInt256()) {
            revert IPowerNFT.NotCovered(minerId, standing.remaining, standing.amount);
        }
        emit IPowerNFT.GuaranteePromised(id, minerId, promised);
    }

    /// @notice Forgets a guarantee that never began.
    function drop(uint256 id) external {
        Token storage token = Tokens.at(id);
        uint96 promised = Guarantees.at(id).promised;
        GuaranteeAccount storage account = Guarantees.accountOf(token.minerId);
        GuaranteeDate storage date = Guarantees.dateOf(token.minerId, token.expiryDate);
        account.unstarted -= promised;
        --account.living;
        date.unstarted -= promised;
        --date.count;
    }

    /// @notice Lets time pass over a miner's guarantees: what was not delivered since the last sync becomes due. Emits
    /// GuaranteesDue.
    /// @param from The epoch of the last sync.
    /// @param to The epoch of this one.
    function book(uint64 minerId, uint64 from, uint64 to) external {
        GuaranteeAccount storage account = Guarantees.accountOf(minerId);
        if (account.living == 0) return;
        uint256 due = 0;
        uint256 at = from;
        for (uint256 n = at / EXPIRY_GRID + 1; n * EXPIRY_GRID <= to; ++n) {
            GuaranteeDate storage date = Guarantees.dateOf(minerId, n);
            if (date.count == 0) continue;
            due += _pass(account, n * EXPIRY_GRID - at);
            at = n * EXPIRY_GRID;
            account.units -= date.units;
            account.rate -= date.rate;
            account.unstarted -= date.unstarted;
            account.living -= date.count;
            account.line.turn(Guarantees.key(minerId));
            date.closed = true;
            date.endedAt = account.line.perByte;
        }
        due += _pass(account, to - at);
        if (due != 0) emit IPowerNFT.GuaranteesDue(minerId, from, to, due);
    }

    /// @notice Lets a guarantee follow the attested weights of its NFT: it begins with the first, what is missing is
    /// counted from the larger of the last two (R-ORC-3), and if a report finds no power again, all that remains becomes
    /// due, with what ran off as delivered since the first such report. To be called after a sync, for every report that
    /// speaks of the NFT, and before its expiry. Emits GuaranteeCalled.
    /// @param reported Whether a report speaks, not a challenge: a proof sets both weights at once, but counts as one of
    /// the two reports only.
    function follow(uint256 id, bool reported) external {
        Guarantee storage guarantee = Guarantees.at(id);
        if (guarantee.called) return;
        Token storage token = Tokens.at(id);
        uint256 weight = token.income.weight;
        _doubt(guarantee, token, weight);
        uint64 minerId = token.minerId;
        GuaranteeAccount storage account = Guarantees.accountOf(minerId);
        GuaranteeDate storage date = Guarantees.dateOf(minerId, token.expiryDate);
        uint256 rate = guarantee.rate(token);
        uint256 left = rate * (token.expiry() - block.number);
        if (!guarantee.begun) {
            guarantee.begun = true;
            account.unstarted -= guarantee.promised;
            date.unstarted -= guarantee.promised;
            account.rate = (account.rate + rate).toUint192();
            date.rate = (date.rate + rate).toUint192();
            account.remaining = (account.remaining + left).toUint192();
        }
        uint256 delivered = Math.max(weight, token.income.previousWeight);
        if (!reported || delivered != 0) {
            _setMissing(account, date, guarantee, token, id, uint64(token.nominalPower - delivered));
            return;
        }
        _setMissing(account, date, guarantee, token, id, 0);
        account.rate -= uint192(rate);
        date.rate -= uint192(rate);
        account.remaining -= uint192(left);
        uint256 amount = left / Guarantees.SCALE + guarantee.doubted;
        guarantee.called = true;
        guarantee.calledAmount = uint96(amount);
        if (amount != 0) guarantee.calledFrom = account.line.insert(Guarantees.key(minerId), amount);
        emit IPowerNFT.GuaranteeCalled(id, minerId, amount);
    }

    /// @notice Covers what became due by cash that is left when all earned income is covered. Emits GuaranteesHarvested.
    /// @param amount attoFIL, at most what is owed.
    function cover(uint64 minerId, uint256 amount) external {
        Line storage line = Guarantees.accountOf(minerId).line;
        line.cover(Guarantees.key(minerId), amount);
        emit IPowerNFT.GuaranteesHarvested(minerId, amount, line.owed());
    }

    /// @notice Marks what an NFT can be paid of its guarantee as taken. Emits GuaranteePaid.
    /// @param holder Who holds it.
    /// @param to Who is paid; zero: it becomes a credit of the holder.
    /// @return amount attoFIL.
    function take(uint256 id, address holder, address to) external returns (uint256 amount) {
        Guarantee storage guarantee = Guarantees.at(id);
        (, uint256 covered) = Guarantees.dueOf(id);
        amount = covered - guarantee.taken;
        if (amount == 0) return 0;
        guarantee.taken = uint96(covered);
        emit IPowerNFT.GuaranteePaid(id, holder, to, amount);
    }

    /// @notice What became due to an NFT and is not covered yet, attoFIL.
    function unpaidOf(uint256 id) external view returns (uint256) {
        (uint256 due, uint256 covered) = Guarantees.dueOf(id);
        return due - covered;
    }

    /// @notice What stands behind a miner's guarantees (R-GUA-2), and what has to be covered by it, attoFIL. What is owed,
    /// and what remains, are as of the last sync.
    /// @dev The miner's balance less its fee debt, which has no getter, follows from what has one: the chain's available
    /// balance is the balance less locked rewards, pledge, precommit deposits and fee debt. So the sum of available
    /// balance, vesting table and pledge is the balance less fee debt and precommit deposits, and the latter are no
    /// security: the chain burns them when a sector is not proven. The vault's cash pays first, so it counts too.
    /// @param vault The miner's vault.
    function coverOf(uint64 minerId, address vault) public view returns (IPowerNFT.Cover memory result) {
        Account storage account = Accounts.at(minerId);
        uint256 pledge = MinerActor.initialPledge(minerId);
        uint256 locked = VestingTable.read(minerId, 0, 0, uint64(block.number)).total;
        int256 available = MinerActor.getAvailableBalance(minerId);
        (, uint256 qap) = PowerActor.findClaim(minerId);
        uint256 power = Math.max(qap, account.nominalPower);
        uint256 fees =
            MinerActor.maxTerminationFee(minerId, power, pledge) +
                FAULT_DAYS * ExpectedIncome.faultFeePerDay(minerId, power);
        uint256 owed = account.earned.owed() + Guarantees.owed(minerId);
        result.amount = available + (locked + pledge + vault.balance).toInt256() - (owed + fees).toInt256();
        result.remaining = Guarantees.remaining(minerId);
    }

    /// @dev Lets so many epochs pass in which nothing changes.
    /// @return due What became due, rounded up, attoFIL.
    function _pass(GuaranteeAccount storage account, uint256 span) private returns (uint256 due) {
        if (span == 0) return 0;
        account.remaining -= uint192(account.rate * span); // part of it: no rate outlasts its date
        return account.line.append(account.units, span << Guarantees.TIME_BITS);
    }

    /// @dev Counts what ran off as delivered while the weight was 0, and forgets it when there is a weight again. Before
    /// what is missing changes: a challenge may lower what counts as delivered at any time, and as often as it likes.
    function _doubt(Guarantee storage guarantee, Token storage token, uint256 weight) private {
        uint256 from = guarantee.doubtedAt;
        if (weight != 0) {
            if (from != 0) (guarantee.doubtedAt, guarantee.doubted) = (0, 0);
            return;
        }
        if (from != 0) {
            uint256 delivered = token.nominalPower - guarantee.due.weight;
            uint256 amount = (guarantee.rate(token) * (block.number - from) * delivered) / token.nominalPower;
            guarantee.doubted += uint96(amount / Guarantees.SCALE); // part of what was promised
        }
        guarantee.doubtedAt = uint32(block.number);
    }

    function _setMissing(
        GuaranteeAccount storage account,
        GuaranteeDate storage date,
        Guarantee storage guarantee,
        Token storage token,
        uint256 id,
        uint64 missing
    ) private {
        uint64 old = guarantee.due.weight;
        if (missing == old) return;
        uint256 factor = guarantee.factor(token);
        account.line.turn(Guarantees.key(token.minerId));
        account.line.setWeight(guarantee.due, Guarantees.key(uint64(id)), factor, missing);
        account.units = (account.units + missing * factor - old * factor).toUint192();
        date.units = (date.units + missing * factor - old * factor).toUint192();
    }
}
