// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { IPowerNFT } from "../power/IPowerNFT.sol";
import { BPS, Book, DAY, Env, LOSS_DELAY, MEASURED_FOR, ONE, Rig, Rigs } from "./Book.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { Pricing } from "./Pricing.sol";

/// @title Booking machines: what they earned, what they are paid off by, what they are worth (R-JMP-2, R-JMP-4)
/// @notice Runs in the pool's context; apart from it, because that contract's size is limited. Everything is read first,
/// then everything is written. Nothing that a miner does can make a settling fail.
library Machines {
    using Pricing for Book;
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev The QAP for which the network is asked, once for all machines: 1 PiB; what it expects goes by power alone.
    uint256 internal constant PIB = 1 << 50;

    /// @dev What PowerNFT says of a machine now.
    struct Reading {
        uint256 id;
        uint64 lastSync;
        /// @dev Whether its miner was measured in this frame.
        bool measured;
        uint64 last;
        uint64 previous;
        /// @dev attoFIL.
        uint256 earned;
        uint256 guaranteeDue;
        /// @dev Earned or due, not paid; and the part of it that is not in arrears.
        uint256 receivable;
        uint256 sound;
    }

    /// @dev What holds for all machines of a settling.
    struct Round {
        /// @dev The value for entrants before it.
        uint256 upper;
        /// @dev The mean of U.
        uint256 mean;
        /// @dev What the network expects of PIB for a day, attoFIL, and whether it answered.
        uint256 perPiB;
        bool answered;
    }

    /// @dev What one settling adds up.
    struct Sum {
        uint256 upper;
        uint256 lower;
        int256 receivables;
        int256 sound;
        uint256 perDay;
        uint256 openCost;
        uint256 doubtful;
        /// @dev attoFIL.
        uint256 income;
        /// @dev Of the asset.
        uint256 amortised;
    }

    /// @notice Books all machines. Emits Settled, and MachineSettled for each.
    function settle(Book storage book, Env memory env) public {
        Reading[] memory readings = _readAll(book, env);
        Round memory round = _open(book, env);
        Sum memory sum;
        for (uint256 i = 0; i < readings.length; ++i) {
            Rig storage rig = Rigs.at(readings[i].id);
            _book(rig, readings[i], env, round, sum);
            _value(rig, readings[i], env, round, sum);
            sum.receivables += int256(readings[i].receivable + _unmeasured(rig, readings[i]));
            sum.sound += int256(readings[i].sound);
        }
        if (round.answered) book.perPiB = round.perPiB.toUint128();
        book.utilisationTime = 0;
        book.utilisedAt = uint32(block.number);
        book.settledAt = uint32(block.number);
        _store(book, sum);
        for (uint256 i = 0; i < readings.length; ++i) {
            Rig storage rig = Rigs.at(readings[i].id);
            if (block.number >= rig.expiry && readings[i].receivable == 0) _remove(book, rig, readings[i].id);
        }
        uint256 upper = _close(book, env, round);
        uint256 lower = book.lower(env.coin != address(0), env.policy.cautiousBps);
        emit IJointMiningPool.Settled(block.number / DAY, sum.income, sum.amortised, upper, lower);
    }

    /// @notice Books one machine. Emits MachineSettled.
    function impair(Book storage book, Env memory env, uint256 id) external {
        Rig storage rig = Rigs.at(id);
        if (rig.place == 0) revert IJointMiningPool.NotMachine(id);
        Reading memory reading = _read(env.nft, id);
        Round memory round = _open(book, env);
        Sum memory sum;
        _takeOut(book, rig, sum);
        book.tick();
        uint256 income = reading.earned - rig.earned + reading.guaranteeDue - rig.guaranteeDue;
        sum.receivables += int256(income);
        sum.sound += int256(income);
        _book(rig, reading, env, round, sum);
        _value(rig, reading, env, round, sum);
        _store(book, sum);
        _close(book, env, round);
    }

    /// @notice To be called before income of NFTs is collected: what comes in must have been booked, or leavers would get
    /// some of it before anybody can be kept from coming for it. Settles if one of them has earned more.
    /// @return late What NFTs can be paid that were given up: nobody counts on it.
    function beforeCollecting(Book storage book, Env memory env, uint256[] memory ids) external returns (uint256 late) {
        bool booked = true;
        for (uint256 i = 0; i < ids.length; ++i) {
            Rig storage rig = Rigs.at(ids[i]);
            if (rig.minerId == 0) revert IJointMiningPool.NotMachine(ids[i]);
            IPowerNFT.Holding memory holding = env.nft.holdingOf(ids[i]);
            IPowerNFT.GuaranteeStatus memory guarantee = holding.guarantee;
            if (rig.place == 0) {
                // a claim pays it once, however often it is named
                if (_isNew(ids, i)) late += holding.earned - holding.unpaid - holding.paid + guarantee.payableNow;
            } else if (rig.earned != holding.earned || rig.guaranteeDue != guarantee.due) booked = false;
        }
        if (!booked) settle(book, env);
    }

    /// @dev Whether none of the ids before is the same.
    function _isNew(uint256[] memory ids, uint256 i) private pure returns (bool) {
        for (uint256 j = 0; j < i; ++j) {
            if (ids[j] == ids[i]) return false;
        }
        return true;
    }

    /// @notice Takes down income that came in. Emits Collected.
    /// @param late The part of it that nobody counted on.
    function collected(Book storage book, Env memory env, uint256 amount, uint256 late) external {
        Round memory round;
        round.upper = book.upper(env.coin != address(0), env.lastPrice);
        book.receivables -= int128(int256(amount - late));
        book.soundReceivables -= int128(int256(amount - late));
        if (env.coin == address(0)) book.cash = (book.cash + amount).toUint96();
        else book.unsoldFil = (book.unsoldFil + amount).toUint96();
        _close(book, env, round);
        emit IJointMiningPool.Collected(amount);
    }

    /// @notice Gives up a machine without power, or an expired one that does not bring what it earned.
    function recogniseLoss(Book storage book, Env memory env, uint256 id) external {
        Rig storage rig = Rigs.at(id);
        if (rig.place == 0) revert IJointMiningPool.NotMachine(id);
        bool expired = block.number >= rig.expiry;
        uint64 since = expired ? rig.expiry : rig.idleSince;
        uint64 earliest = since == 0 ? 0 : since + LOSS_DELAY;
        if (since == 0 || block.number < earliest) revert IJointMiningPool.TooEarlyForLoss(id, earliest);
        Round memory round;
        round.upper = book.upper(env.coin != address(0), env.lastPrice);
        _end(book, env, id); // what comes in later still counts when it comes
        _close(book, env, round);
    }

    /// @notice Ends a machine that is sold, and takes down its price.
    function sold(Book storage book, Env memory env, uint256 id, uint256 price) external {
        Round memory round = _open(book, env);
        _end(book, env, id);
        Rigs.forget(id);
        book.cash = (book.cash + price).toUint96();
        _close(book, env, round);
    }

    /// @notice Takes down that FIL income was sold.
    function filSold(Book storage book, Env memory env, uint256 amount, uint256 coins) external {
        Round memory round;
        round.upper = _reprice(book, env);
        book.unsoldFil -= amount.toUint96();
        book.cash = (book.cash + coins).toUint96();
        _close(book, env, round);
    }

    /// @dev Ends a machine, in the block in which the pool was settled: it leaves the sums with what it was still counted
    /// to bring, and its unpaid cost is gone. Emits MachineClosed.
    function _end(Book storage book, Env memory env, uint256 id) private {
        Rig storage rig = Rigs.at(id);
        Reading memory reading = _read(env.nft, id);
        Sum memory sum;
        book.tick();
        _takeOut(book, rig, sum);
        sum.receivables -= int256(reading.receivable + _unmeasured(rig, reading));
        sum.sound -= int256(reading.sound);
        _store(book, sum);
        _remove(book, rig, id);
    }

    /// @notice Books a machine that was just bought, and adds it to the sums.
    /// @param receivable What comes along, attoFIL.
    function add(Book storage book, Env memory env, uint256 id, uint256 receivable) internal {
        Rig storage rig = Rigs.at(id);
        book.tick();
        Sum memory sum;
        _load(book, sum);
        book.ids.push(id);
        rig.place = ++book.machines;
        Reading memory reading;
        reading.id = id;
        reading.lastSync = uint64(block.number);
        reading.measured = true;
        (reading.last, reading.previous) = (rig.weight, rig.weight);
        reading.earned = rig.earned;
        Round memory round;
        (round.perPiB, round.answered) = (book.perPiB, true);
        _value(rig, reading, env, round, sum);
        sum.receivables += int256(receivable);
        sum.sound += int256(receivable);
        _store(book, sum);
    }

    /// @notice What the pool asks for a machine: a multiple of all that it may still earn, at what the network expects of its
    /// nominal power, or what it did earn if that is more; or what is unpaid of its cost, if that is more; and what it
    /// still brings of what it earned.
    /// @return price In the asset.
    /// @return forIncome The part of it for income that goes along.
    function ask(
        Book storage book,
        Env memory env,
        uint256 id
    ) external view returns (uint256 price, uint256 forIncome) {
        Rig storage rig = Rigs.at(id);
        if (rig.place == 0) revert IJointMiningPool.NotMachine(id);
        Reading memory reading = _read(env.nft, id);
        forIncome = Pricing.toAsset(reading.receivable, env.lastPrice);
        if (block.number < rig.expiry) {
            (uint256 perPiB, ) = _askNetwork(book, env);
            (uint256 perDay, ) = realisedPerDay(rig, reading.earned, reading.lastSync);
            perDay = Math.max(perDay, _network(perPiB, rig, rig.nominalPower));
            uint256 future = (perDay * (rig.expiry - block.number) * env.policy.askBps) / (DAY * BPS);
            price = Pricing.toAsset(future, env.lastPrice);
        }
        price = Math.max(price, rig.unpaid) + forIncome;
    }

    /// @notice The accounts as people see them.
    /// @param waiting Shares that wait.
    function accounts(
        Book storage book,
        Env memory env,
        uint256 waiting
    ) external view returns (IJointMiningPool.Accounts memory a) {
        bool coin = env.coin != address(0);
        a.cash = book.cash;
        a.claimable = book.claimable;
        a.unsoldFil = book.unsoldFil;
        a.deposits = book.deposits;
        a.openCost = book.openCost;
        a.machinesUpper = book.machinesUpper;
        a.machinesLower = book.machinesLower;
        a.receivables = book.receivables;
        a.soundReceivables = book.soundReceivables;
        a.expectedPerDay = book.expectedPerDay;
        a.heldBack = Pricing.heldBackOf(book);
        a.upper = book.upper(coin, env.lastPrice);
        a.lower = book.lower(coin, env.policy.cautiousBps);
        a.utilisation = book.utilisation();
        a.waiting = waiting;
        a.settledAt = book.settledAt;
        a.machines = book.machines;
    }

    /// @notice A machine as people see it.
    function view_(address nft, uint256 id) external view returns (IJointMiningPool.Machine memory m) {
        Rig storage rig = Rigs.at(id);
        if (rig.place == 0) return m;
        Reading memory reading = _read(IPowerNFT(nft), id);
        m.id = id;
        m.minerId = rig.minerId;
        m.provider = rig.provider;
        m.expiry = rig.expiry;
        m.nominalPower = rig.nominalPower;
        m.boughtWeight = rig.boughtWeight;
        m.weight = rig.weight;
        m.cost = rig.cost;
        m.unpaid = rig.unpaid;
        m.writtenDown = rig.unpaid - _carried(rig.unpaid, rig);
        m.earned = rig.earned;
        m.guaranteeDue = rig.guaranteeDue;
        m.receivable = reading.receivable;
        (m.realisedPerDay, m.measured) = realisedPerDay(rig, reading.earned, reading.lastSync);
        m.idleSince = rig.idleSince;
    }

    /// @notice Holder's income of a day since the window began, rounded down, attoFIL.
    /// @return perDay attoFIL.
    /// @return measured Whether that is 30 days back at least.
    function realisedPerDay(
        Rig storage rig,
        uint256 earned,
        uint64 lastSync
    ) internal view returns (uint256 perDay, bool measured) {
        uint256 from = rig.windowAt;
        if (from == 0 || lastSync < from + MEASURED_FOR) return (0, false);
        return (((earned - rig.windowEarned) * DAY) / (lastSync - from), true);
    }

    // READING

    function _readAll(Book storage book, Env memory env) private returns (Reading[] memory readings) {
        uint256[] memory ids = book.ids;
        readings = new Reading[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            readings[i] = _read(env.nft, ids[i]);
            if (readings[i].measured) continue;
            // what cannot be measured now is measured when it can: the pool goes on without
            try env.nft.sync(Rigs.at(ids[i]).minerId) {
                readings[i] = _read(env.nft, ids[i]);
            } catch {
                continue;
            }
        }
    }

    function _read(IPowerNFT nft, uint256 id) private view returns (Reading memory reading) {
        IPowerNFT.Holding memory holding = nft.holdingOf(id);
        IPowerNFT.GuaranteeStatus memory guarantee = holding.guarantee;
        reading.id = id;
        reading.lastSync = holding.lastSync;
        reading.measured = holding.lastSync / DAY == block.number / DAY;
        (reading.last, reading.previous) = (holding.lastWeight, holding.previousWeight);
        reading.earned = holding.earned;
        reading.guaranteeDue = guarantee.due;
        reading.receivable = holding.earned - holding.paid + guarantee.due - guarantee.paid;
        reading.sound = reading.receivable;
        if (holding.arrears != 0) {
            uint256 part = Math.mulDiv(holding.unpaid, holding.arrears, holding.owed, Math.Rounding.Ceil);
            reading.sound -= Math.min(part, reading.sound);
        }
    }

    /// @dev What the network expects of 1 PiB for a day, attoFIL; what it said last when it does not answer.
    function _askNetwork(Book storage book, Env memory env) private view returns (uint256 perPiB, bool answered) {
        if (book.ids.length == 0) return (book.perPiB, true);
        try env.nft.expectedPerDay(Rigs.at(book.ids[0]).minerId, PIB) returns (uint256 perDay) {
            return (perDay, true);
        } catch {
            return (book.perPiB, false);
        }
    }

    // BOOKING

    function _open(Book storage book, Env memory env) private returns (Round memory round) {
        (round.perPiB, round.answered) = _askNetwork(book, env);
        round.upper = _reprice(book, env);
        round.mean = book.meanUtilisation();
    }

    /// @dev Takes down what FIL counts from now on.
    /// @return upper The value for entrants at what it counted until now: a dearer price is a rise like any other.
    function _reprice(Book storage book, Env memory env) private returns (uint256 upper) {
        upper = book.upper(env.coin != address(0), book.filPrice);
        if (book.filPrice != env.lastPrice) book.filPrice = env.lastPrice.toUint128();
    }

    /// @dev Holds back from leavers what nobody has paid for, less what was lost of it.
    function _close(Book storage book, Env memory env, Round memory round) private returns (uint256 upper) {
        upper = book.upper(env.coin != address(0), env.lastPrice);
        if (upper > round.upper) book.holdBack(upper - round.upper, env.policy.releaseFrames);
        else book.holdLess(round.upper - upper);
    }

    /// @dev Books what a machine earned since the last time, and pays it off.
    function _book(
        Rig storage rig,
        Reading memory reading,
        Env memory env,
        Round memory round,
        Sum memory sum
    ) private {
        uint256 income = reading.earned - rig.earned;
        uint256 guarantee = reading.guaranteeDue - rig.guaranteeDue;
        uint256 paysOff = Pricing.toAsset((income * (ONE - round.mean)) / ONE + guarantee, env.lastPrice);
        uint256 amortised = Math.min(paysOff, rig.unpaid);
        if (amortised != 0) rig.unpaid -= uint96(amortised);
        rig.earned = reading.earned.toUint96();
        rig.guaranteeDue = reading.guaranteeDue.toUint96();
        uint64 weight = uint64(Math.min(reading.last, rig.boughtWeight));
        if (block.number >= rig.expiry) {
            if (rig.unpaid != 0) emit IJointMiningPool.MachineClosed(reading.id, rig.unpaid);
            rig.unpaid = 0;
        } else if (weight != rig.weight) {
            rig.weight = weight;
            emit IJointMiningPool.MachineImpaired(reading.id, weight, rig.unpaid - _carried(rig.unpaid, rig));
        }
        bool idle = reading.last == 0 && reading.previous == 0;
        if (idle != (rig.idleSince != 0)) rig.idleSince = idle ? uint32(block.number) : 0;
        if (reading.lastSync >= rig.nextAt + MEASURED_FOR) {
            (rig.windowEarned, rig.windowAt) = (rig.nextEarned, rig.nextAt);
            (rig.nextEarned, rig.nextAt) = (rig.earned, uint32(reading.lastSync));
        }
        sum.income += income;
        sum.amortised += amortised;
        emit IJointMiningPool.MachineSettled(reading.id, income, guarantee, amortised, weight);
    }

    /// @dev Values a machine, stores its parts of the sums, and adds them.
    function _value(
        Rig storage rig,
        Reading memory reading,
        Env memory env,
        Round memory round,
        Sum memory sum
    ) private {
        uint256 left = block.number < rig.expiry ? rig.expiry - block.number : 0;
        (uint256 realised, bool measured) = realisedPerDay(rig, reading.earned, reading.lastSync);
        uint256 network = _network(round.perPiB, rig, rig.weight);
        uint256 unpaid = rig.unpaid;
        uint256 nominal = (_network(round.perPiB, rig, rig.nominalPower) * left) / DAY;
        rig.upper = uint96(Math.min(unpaid, Pricing.toAsset(nominal, env.lastPrice)));
        uint256 expected = measured ? Math.min(realised, network) : network / 2;
        if (!round.answered || !reading.measured) expected = 0;
        expected = (expected * left * env.policy.cautiousBps) / (DAY * BPS);
        rig.lower = uint96(Math.min(_carried(unpaid, rig), Pricing.toAsset(expected, env.cautiousPrice)));
        rig.perDay = left == 0 ? 0 : Math.max(realised, network).toUint96();
        rig.openCost = unpaid == 0 ? 0 : uint96(_carried(rig.cost, rig));
        rig.doubtful = 0;
        if (left != 0 && reading.last < reading.previous && rig.boughtWeight > reading.last) {
            uint256 before = Math.min(reading.previous, rig.boughtWeight);
            rig.doubtful = uint96((unpaid * (before - reading.last)) / rig.boughtWeight);
        }
        sum.upper += rig.upper;
        sum.lower += Math.min(rig.lower, rig.upper);
        sum.perDay += rig.perDay;
        sum.openCost += rig.openCost;
        sum.doubtful += rig.doubtful;
    }

    /// @dev What is expected of a machine since its miner was last measured, attoFIL: entrants pay for it.
    function _unmeasured(Rig storage rig, Reading memory reading) private view returns (uint256) {
        return (uint256(rig.perDay) * (block.number - reading.lastSync)) / DAY;
    }

    /// @dev The part of an amount that the weight carries, rounded down.
    function _carried(uint256 amount, Rig storage rig) private view returns (uint256) {
        return rig.weight == rig.boughtWeight ? amount : (amount * rig.weight) / rig.boughtWeight;
    }

    /// @dev Holder's income of a day that the network expects of a machine at a weight, attoFIL.
    function _network(uint256 perPiB, Rig storage rig, uint64 weight) private view returns (uint256) {
        return (perPiB * weight * rig.payBps) / (PIB * BPS);
    }

    // SUMS

    function _load(Book storage book, Sum memory sum) private view {
        sum.upper = book.machinesUpper;
        sum.lower = book.machinesLower;
        sum.receivables = book.receivables;
        sum.sound = book.soundReceivables;
        sum.perDay = book.expectedPerDay;
        sum.openCost = book.openCost;
        sum.doubtful = book.doubtful;
    }

    /// @dev The sums without a machine; what it still brings stays in.
    function _takeOut(Book storage book, Rig storage rig, Sum memory sum) private view {
        _load(book, sum);
        sum.upper -= rig.upper;
        sum.lower -= Math.min(rig.lower, rig.upper);
        sum.perDay -= rig.perDay;
        sum.openCost -= rig.openCost;
        sum.doubtful -= rig.doubtful;
    }

    function _store(Book storage book, Sum memory sum) private {
        book.machinesUpper = sum.upper.toUint128();
        book.machinesLower = sum.lower.toUint128();
        book.receivables = sum.receivables.toInt128();
        book.soundReceivables = sum.sound.toInt128();
        book.openCost = sum.openCost.toUint96();
        book.expectedPerDay = sum.perDay.toUint96();
        book.doubtful = sum.doubtful.toUint96();
    }

    function _remove(Book storage book, Rig storage rig, uint256 id) private {
        uint256 place = rig.place;
        uint256 last = book.ids[book.ids.length - 1];
        book.ids[place - 1] = last;
        Rigs.at(last).place = uint16(place);
        book.ids.pop();
        rig.place = 0;
        --book.machines;
        if (rig.unpaid != 0) emit IJointMiningPool.MachineClosed(id, rig.unpaid);
        rig.unpaid = 0;
    }
}
