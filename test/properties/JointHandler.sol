// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IJointMiningPool } from "../../contracts/joint/IJointMiningPool.sol";
import { JointMiningPool } from "../../contracts/joint/JointMiningPool.sol";
import { WrappedFil } from "../../contracts/joint/WrappedFil.sol";
import { PowerMarket } from "../../contracts/market/PowerMarket.sol";
import { IPowerNFT } from "../../contracts/power/IPowerNFT.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Handler } from "./Handler.sol";
import { JointActs } from "./JointActs.sol";
import { JointReference } from "./JointReference.sol";
import { CHAIN, Chain__Fake } from "./doubles/Chain__Fake.sol";

/// @title Everybody around a pool, at random
/// @notice Two people, a contract that refuses FIL, a native actor and one more enter, wait and leave; two providers sell
/// machines, earn, lose power and end. After every action the pool's money, shares, queue, deposits and utilisation are
/// those of the reference, and prices moved only as far as they may.
contract JointHandler is JointActs, Handler {
    Chain__Fake private constant FAKE = Chain__Fake(CHAIN);
    uint256 private constant ONE = 1e18;
    uint256 private constant VIRTUAL = 1e6;
    uint256 private constant MIN = 1 ether;
    /// @dev What a ticket may be off by: the line and the reference are rounded once each.
    uint256 private constant DUST = 4;

    /// @dev What is compared after an action.
    struct Look {
        IJointMiningPool.Accounts a;
        uint256 supply;
    }

    JointReference public immutable REFERENCE = new JointReference();

    address[] private _people;
    uint256 private _donated;
    uint64 private _grids;

    constructor(
        JointMiningPool pool_,
        PowerMarket market_,
        WrappedFil wfil_,
        PowerNFT nfts_,
        uint64[] memory minerIds_,
        address[] memory people
    ) {
        (pool, market, wfil, nfts, minerIds, _people) = (pool_, market_, wfil_, nfts_, minerIds_, people);
    }

    /// @inheritdoc Handler
    function actions() public pure override returns (bytes4[] memory all) {
        all = new bytes4[](20);
        all[0] = this.depositFil.selector;
        all[1] = this.deposit.selector;
        all[2] = this.mint.selector;
        all[3] = this.exit.selector;
        all[4] = this.exitToFil.selector;
        all[5] = this.request.selector;
        all[6] = this.redeem.selector;
        all[7] = this.redeemToFil.selector;
        all[8] = this.withdraw.selector;
        all[9] = this.payTickets.selector;
        all[10] = this.settlePool.selector;
        all[11] = this.buyMachine.selector;
        all[12] = this.sellMachine.selector;
        all[13] = this.earn.selector;
        all[14] = this.collect.selector;
        all[15] = this.weigh.selector;
        all[16] = this.wait.selector;
        all[17] = this.give.selector;
        all[18] = this.donate.selector;
        all[19] = this.lose.selector;
    }

    // ENTERING

    function depositFil(uint256 seed) external counted {
        _freshen(seed);
        (address who, uint256 amount) = (_personOf(seed), _amountOf(seed));
        Look memory before = _look();
        bool asked = pool.isSettled();
        uint256 expected = pool.previewDeposit(amount);
        vm.deal(who, amount);
        (bool done, bytes memory answer) = _do(who, amount, abi.encodeCall(pool.depositFil, (who, 0)));
        if (done && asked) assertEq(abi.decode(answer, (uint256)), expected, "shares as previewed");
        _after(before, done ? amount : 0, 0, true);
        _done(done);
    }

    function deposit(uint256 seed) external counted {
        _freshen(seed);
        (address who, uint256 amount) = (_personOf(seed), _amountOf(seed));
        Look memory before = _look();
        uint256 expected = pool.previewDeposit(amount);
        uint256 most = pool.maxDeposit(who);
        _wrap(who, amount);
        (bool done, bytes memory answer) = _do(who, 0, abi.encodeCall(pool.deposit, (amount, who)));
        assertTrue(done == (amount >= MIN && amount <= most), "what may be deposited can be, and no more");
        if (done) assertEq(abi.decode(answer, (uint256)), expected, "shares as previewed");
        _after(before, done ? amount : 0, 0, true);
        _done(done);
    }

    function mint(uint256 seed) external counted {
        _freshen(seed);
        address who = _personOf(seed);
        Look memory before = _look();
        uint256 shares = pool.convertToShares(_amountOf(seed)) + 1;
        uint256 expected = pool.previewMint(shares);
        _wrap(who, expected);
        (bool done, bytes memory answer) = _do(who, 0, abi.encodeCall(pool.mint, (shares, who)));
        if (done) assertEq(abi.decode(answer, (uint256)), expected, "cost as previewed");
        assertLe(pool.convertToShares(pool.convertToAssets(shares)), shares, "there and back gains nothing");
        _after(before, done ? expected : 0, 0, true);
        _done(done);
    }

    // LEAVING

    function exit(uint256 seed) external counted {
        _done(_exit(seed, false));
    }

    function exitToFil(uint256 seed) external counted {
        _done(_exit(seed, true));
    }

    function request(uint256 seed) external counted {
        _freshen(seed);
        address who = _holderFrom(seed);
        uint256 shares = _partOf(pool.balanceOf(who), seed);
        Look memory before = _look();
        (bool done, bytes memory answer) = _do(who, 0, abi.encodeCall(pool.requestRedeem, (shares, who, who)));
        if (done) {
            REFERENCE.queue(who, shares);
            assertEq(abi.decode(answer, (uint256)), REFERENCE.tickets(), "requests are numbered");
        }
        _after(before, 0, 0, true);
        _done(done);
    }

    function redeem(uint256 seed) external counted {
        _done(_redeem(seed, false));
    }

    function redeemToFil(uint256 seed) external counted {
        _done(_redeem(seed, true));
    }

    function withdraw(uint256 seed) external counted {
        address who = _claimantFrom(seed);
        uint256 assets = _partOf(pool.maxWithdraw(who), seed);
        if (assets == 0) return;
        Look memory before = _look();
        uint256 ready = pool.maxRedeem(who);
        uint256 had = wfil.balanceOf(who);
        (bool done, bytes memory answer) = _do(who, 0, abi.encodeCall(pool.withdraw, (assets, who, who)));
        assertTrue(done, "what may be withdrawn can be");
        uint256 shares = abi.decode(answer, (uint256));
        assertEq(wfil.balanceOf(who) - had, assets, "exactly what was asked for");
        assertEq(ready - pool.maxRedeem(who), shares, "for the shares that it says");
        REFERENCE.claim(who, shares, assets);
        _agree(who);
        _after(before, 0, assets, true);
        _done(true);
    }

    function payTickets(uint256 seed) external counted {
        _freshen(seed);
        // cash is spent, and all may ask for more than there is
        if (pool.accounts().waiting == 0) _buy(_draw(seed, 10));
        for (uint256 i = 0; i < _people.length && pool.accounts().waiting == 0; ++i) _letSomebodyWait(seed);
        _bring(seed);
        Look memory before = _look();
        (bool done, bytes memory answer) = _do(address(this), 0, abi.encodeCall(pool.payTickets, ()));
        (uint256 shares, ) = abi.decode(answer, (uint256, uint256));
        _after(before, 0, 0, true);
        _done(done && shares != 0);
    }

    // MACHINES

    function settlePool(uint256) external counted {
        _settleChecked();
        _done(true);
    }

    function buyMachine(uint256 seed) external counted {
        bool bought = _buy(seed);
        _done(_buy(_draw(seed, 10)) || bought);
    }

    function sellMachine(uint256 seed) external counted {
        // seldom: or the pool would live on such gains
        if (pool.machineIds().length == 0 || _draw(seed, 1) % 3 == 0) return;
        _settleChecked();
        uint256[] memory ids = pool.machineIds();
        if (ids.length == 0) return;
        uint256 id = ids[0];
        for (uint256 i = 1; i < ids.length; ++i) if (nfts.expiryOf(ids[i]) < nfts.expiryOf(id)) id = ids[i];
        address who = _personOf(seed);
        uint256 ask = pool.askOf(id);
        vm.deal(who, ask + 5);
        Look memory before = _look();
        (bool done, ) = _do(who, ask + 5, abi.encodeCall(pool.sellMachine, (id, ask, who)));
        if (done) {
            assertTrue(nfts.ownerOf(id) == who, "the buyer gets the NFT");
            assertEq(pool.machineOf(id).id, 0, "it is a machine no more");
            IJointMiningPool.Accounts memory sold = pool.accounts(); // tickets may have been paid of the price
            uint256 had = before.a.upper + before.a.claimable;
            assertGe(sold.upper + sold.claimable + DUST, had, "a sale lowers nobody");
        }
        _after(before, 0, 0, false);
        _done(done);
    }

    function earn(uint256 seed) external counted {
        uint64 minerId = _minerOf(seed);
        win(minerId, _draw(seed, 1) % (3 * MINER_PER_DAY));
        _pass(1);
        Look memory before = _look();
        nfts.sync(minerId);
        _after(before, 0, 0, true);
        _done(true);
    }

    function collect(uint256 seed) external counted {
        uint256[] memory ids = pool.machineIds();
        if (ids.length == 0) return;
        uint64 minerId = pool.machineOf(ids[_draw(seed, 0) % ids.length]).minerId;
        win(minerId, MINER_PER_DAY);
        _pass(1);
        vestAll(minerId);
        nfts.harvest(minerId);
        Look memory before = _look();
        (bool done, bytes memory answer) = _do(address(this), 0, abi.encodeCall(pool.collect, (ids)));
        uint256 amount = abi.decode(answer, (uint256));
        _after(before, 0, 0, false);
        _done(done && amount != 0);
    }

    function weigh(uint256 seed) external counted {
        uint256[] memory ids = pool.machineIds();
        if (ids.length == 0) return;
        uint256 id = ids[_draw(seed, 0) % ids.length];
        uint64 weight = _draw(seed, 1) % 3 == 0 ? NFT_POWER : uint64(_draw(seed, 2) % (NFT_POWER + 1));
        IPowerNFT.Power memory power = nfts.powerOf(id);
        if (block.number >= power.expiry) return;
        attest(power.minerId, id, weight);
        Look memory before = _look();
        (bool done, ) = _do(address(this), 0, abi.encodeCall(pool.impair, (id)));
        assertTrue(done, "a machine can be booked at any time");
        IJointMiningPool.Machine memory m = pool.machineOf(id);
        uint64 last = nfts.weightOf(id);
        assertEq(m.weight, last < m.boughtWeight ? last : m.boughtWeight, "the weight of now");
        assertEq(m.writtenDown, m.unpaid - (m.unpaid * m.weight) / m.boughtWeight, "what it does not carry");
        _after(before, 0, 0, false);
        _done(true);
    }

    // THE WORLD

    function wait(uint256 seed) external counted {
        _pass(1 + (_draw(seed, 0) % (3 * DAY)));
        _done(true);
    }

    function give(uint256 seed) external counted {
        address from = _holderFrom(seed);
        uint256 shares = _partOf(pool.balanceOf(from), seed);
        Look memory before = _look();
        (bool done, ) = _do(from, 0, abi.encodeCall(pool.transfer, (_people[_draw(seed, 3) % _people.length], shares)));
        _after(before, 0, 0, true);
        _done(done && shares != 0);
    }

    function donate(uint256 seed) external counted {
        uint256 amount = _amountOf(seed);
        Look memory before = _look();
        vm.deal(address(this), amount);
        FAKE.deliver{ value: amount }(address(pool));
        _donated += amount;
        _after(before, 0, 0, true);
        IJointMiningPool.Accounts memory a = pool.accounts();
        assertEq(a.upper, before.a.upper, "a donation is not seen");
        assertEq(a.lower, before.a.lower, "a donation is not seen");
        _done(true);
    }

    /// @dev A machine loses all power for good; seldom, because that takes 42 days.
    function lose(uint256 seed) external counted {
        uint256[] memory ids = pool.machineIds();
        if (ids.length == 0 || _draw(seed, 0) % 2 != 0) return;
        uint256 id = ids[_draw(seed, 1) % ids.length];
        IPowerNFT.Power memory power = nfts.powerOf(id);
        if (power.expiry < block.number + 50 * DAY) return;
        attest(power.minerId, id, 0);
        attest(power.minerId, id, 0);
        _settleChecked();
        _pass(43 * DAY);
        Look memory before = _look();
        (bool done, ) = _do(address(this), 0, abi.encodeCall(pool.recogniseLoss, (id)));
        assertTrue(done, "a loss is recognised after 42 days");
        assertEq(pool.machineOf(id).id, 0, "it is a machine no more");
        _after(before, 0, 0, false);
        _done(true);
    }

    // WHAT ALWAYS HOLDS

    /// @inheritdoc Handler
    function check() public override {
        IJointMiningPool.Accounts memory a = pool.accounts();
        assertEq(address(pool).balance, a.cash + a.claimable + _donated, "all money is on the books");
        assertGe(a.upper, a.lower, "who enters pays no less than who leaves gets");
        assertEq(pool.balanceOf(address(pool)), a.waiting, "who waits has its shares in escrow");
        uint256 shares = a.waiting;
        for (uint256 i = 0; i < _people.length; ++i) shares += pool.balanceOf(_people[i]);
        assertEq(shares, pool.totalSupply(), "all shares are somebody's");
        assertEq(a.deposits, REFERENCE.deposits(), "deposits at their original amounts");
        assertLe(a.utilisation, ONE, "U is at most 1");
        assertEq(a.openCost, _openCost(), "the cost of machines that are being paid off");
        _checkTickets(a.claimable);
    }

    /// @inheritdoc Handler
    function settle() external override {
        check();
        for (uint256 i = 0; i < _people.length; ++i) _leaveEntirely(_people[i]);
        // machines earn to their end, and everything comes in
        for (uint256 n = 0; n < 12 && pool.accounts().machines != 0; ++n) {
            for (uint256 i = 0; i < minerIds.length; ++i) win(minerIds[i], 20 * MINER_PER_DAY);
            _pass(30 * DAY);
            _settleChecked();
            for (uint256 i = 0; i < minerIds.length; ++i) {
                nfts.sync(minerIds[i]);
                vestAll(minerIds[i]);
                FAKE.topUp{ value: _deal(30_000 ether) }(minerIds[i]);
                nfts.harvest(minerIds[i]);
            }
            uint256[] memory ids = pool.machineIds();
            Look memory before = _look();
            if (ids.length != 0) pool.collect(ids);
            _after(before, 0, 0, false);
            _settleChecked();
        }
        assertEq(pool.accounts().machines, 0, "every machine has ended");
        for (uint256 i = 0; i < _people.length; ++i) _claimEntirely(_people[i]);
        IJointMiningPool.Accounts memory a = pool.accounts();
        if (a.waiting != 0) {
            assertLe(a.upper, DUST, "everybody was paid, or there is nothing to be paid of");
            return;
        }
        assertEq(pool.totalSupply(), 0, "no share is left");
        assertLe(a.claimable, DUST * (REFERENCE.tickets() + 1), "what was put aside was claimed");
        assertEq(a.deposits, 0, "no deposit is left");
        check();
    }

    // PARTS

    function _exit(uint256 seed, bool toFil) private returns (bool done) {
        _freshen(seed);
        address who = _holderFrom(seed);
        uint256 shares = _partOf(pool.balanceOf(who), seed);
        Look memory before = _look();
        bool asked = pool.isSettled();
        (uint256 expected, uint256 waits, ) = pool.previewExit(shares);
        bytes memory answer;
        (done, answer) = _do(
            who,
            0,
            toFil ? abi.encodeCall(pool.exitToFil, (shares, who, 0)) : abi.encodeCall(pool.exit, (shares, who, 0))
        );
        if (done) {
            (uint256 assets, uint256 requestId) = abi.decode(answer, (uint256, uint256));
            if (requestId != 0) {
                REFERENCE.queue(who, pool.ticketOf(requestId).shares);
                assertEq(requestId, REFERENCE.tickets(), "tickets are numbered");
            }
            if (asked && before.a.waiting == 0) {
                assertEq(assets, expected, "paid as previewed");
                assertEq(requestId == 0 ? 0 : pool.ticketOf(requestId).pending, waits, "waits as previewed");
            }
        }
        _after(before, 0, 0, true);
    }

    function _redeem(uint256 seed, bool toFil) private returns (bool done) {
        address who = _claimantFrom(seed);
        uint256 shares = _partOf(pool.maxRedeem(who), seed);
        if (shares == 0) return false;
        Look memory before = _look();
        uint256 had = who.balance + wfil.balanceOf(who);
        bytes memory answer;
        (done, answer) = _do(
            who,
            0,
            toFil
                ? abi.encodeCall(pool.redeemToFil, (shares, who, who))
                : abi.encodeCall(pool.redeem, (shares, who, who))
        );
        assertTrue(done, "what may be redeemed can be");
        uint256 assets = abi.decode(answer, (uint256));
        assertEq(who.balance + wfil.balanceOf(who) - had, assets, "what it says is paid");
        REFERENCE.claim(who, shares, assets);
        _agree(who);
        _after(before, 0, assets, true);
    }

    /// @dev Settles, with every miner measured in this block, and compares each machine with what it must be.
    function _settleChecked() private {
        for (uint256 i = 0; i < minerIds.length; ++i) nfts.sync(minerIds[i]);
        uint256[] memory ids = pool.machineIds();
        uint256[] memory unpaid = new uint256[](ids.length);
        uint256 mean = REFERENCE.mean();
        uint256 receivables = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            IJointMiningPool.Machine memory m = pool.machineOf(ids[i]);
            IPowerNFT.GuaranteeStatus memory g = nfts.guaranteeOf(ids[i]);
            uint256 income = nfts.earnedOf(ids[i]) - m.earned;
            uint256 off = income - (income * mean + ONE - 1) / ONE + g.due - m.guaranteeDue;
            unpaid[i] = block.number >= m.expiry || m.unpaid < off ? 0 : m.unpaid - off;
            receivables += nfts.payableOf(ids[i]) + nfts.unpaidOf(ids[i]) + g.due - g.paid;
        }
        Look memory before = _look();
        pool.settle();
        _after(before, 0, 0, false);
        for (uint256 i = 0; i < ids.length; ++i) {
            IJointMiningPool.Machine memory m = pool.machineOf(ids[i]);
            if (m.id == 0) continue;
            assertEq(m.unpaid, unpaid[i], "income pays off 1 - U, a guarantee all");
            assertEq(m.earned, nfts.earnedOf(ids[i]), "all income is booked");
        }
        assertEq(uint256(pool.accounts().receivables), receivables, "what machines still bring");
    }

    /// @dev Compares what an action did with what the reference says. At most one payment of tickets is in an action, and
    /// what of it leaves at once comes after that.
    /// @param entered What was deposited.
    /// @param claimed What was claimed of tickets.
    /// @param plain Whether prices may move by nothing but rounding and in one direction, unless the pool was settled.
    function _after(Look memory before, uint256 entered, uint256 claimed, bool plain) private {
        Look memory now_ = _look();
        uint256 supply = before.supply;
        if (entered != 0) {
            REFERENCE.enter(entered);
        } else {
            uint256 waited = _waitingOf(before);
            uint256 paid = waited - now_.a.waiting;
            uint256 money = now_.a.claimable + claimed - before.a.claimable;
            if (paid != 0) REFERENCE.pay(paid, money);
            REFERENCE.leave(paid, supply);
            uint256 left = supply - paid - now_.supply;
            REFERENCE.leave(left, supply - paid);
        }
        REFERENCE.utilise(_openCost());
        bool settled = now_.a.settledAt != before.a.settledAt || (!plain && now_.a.settledAt == block.number);
        if (settled) REFERENCE.settled();
        else if (plain) _checkPrices(before, now_);
        check();
    }

    /// @dev Neither price of a share falls by what people do.
    function _checkPrices(Look memory before, Look memory now_) private pure {
        if (before.supply == 0) return; // what is left of nobody's goes to who comes first
        uint256 was = before.supply + VIRTUAL;
        uint256 is_ = now_.supply + VIRTUAL;
        uint256 dust = 4 * (was + is_);
        assertGe((now_.a.upper + 1) * was + dust, (before.a.upper + 1) * is_, "the upper price of a share");
        assertGe((now_.a.lower + 1) * was + dust, (before.a.lower + 1) * is_, "the lower price of a share");
    }

    /// @dev Shares that waited before an action, with the ticket that it made.
    function _waitingOf(Look memory before) private view returns (uint256 waited) {
        waited = before.a.waiting;
        uint256 all = 0;
        for (uint256 id = 1; id <= REFERENCE.tickets(); ++id) {
            (, uint256 pending, , ) = REFERENCE.ticketOf(id);
            all += pending;
        }
        assertGe(all, waited, "nobody stops waiting unpaid");
        return all;
    }

    function _checkTickets(uint256 claimable) private view {
        uint256 all = 0;
        for (uint256 id = 1; id <= REFERENCE.tickets(); ++id) {
            (address who, uint256 pending, uint256 ready, uint256 assets) = REFERENCE.ticketOf(id);
            IJointMiningPool.Ticket memory ticket = pool.ticketOf(id);
            assertEq(ticket.pending, pending, "who came first is paid first");
            assertEq(ticket.claimable, ready, "shares that were paid and not claimed");
            assertEq(pool.pendingRedeemRequest(id, who), pending, "pending by the standard");
            assertEq(pool.claimableRedeemRequest(id, who), ready, "claimable by the standard");
            all += ticket.assets;
            assertLe(ticket.assets, assets + DUST, "what a ticket brings");
            assertGe(ticket.assets + DUST, assets, "what a ticket brings");
        }
        assertLe(all, claimable, "all that was paid is put aside");
        for (uint256 i = 0; i < _people.length; ++i) {
            uint256[] memory open = pool.ticketsOf(_people[i]);
            (uint256 shares, uint256 assets) = (0, 0);
            for (uint256 k = 0; k < open.length; ++k) {
                IJointMiningPool.Ticket memory ticket = pool.ticketOf(open[k]);
                shares += ticket.claimable;
                assets += ticket.assets;
            }
            assertEq(pool.maxRedeem(_people[i]), shares, "what may be redeemed");
            assertEq(pool.maxWithdraw(_people[i]), assets, "what may be withdrawn");
        }
    }

    /// @dev A part of a ticket is rounded by less than the price of a share: what is left is as the pool says.
    function _agree(address who) private {
        uint256[] memory open = pool.ticketsOf(who);
        for (uint256 i = 0; i < open.length; ++i) REFERENCE.agree(open[i], pool.ticketOf(open[i]).assets);
    }

    function _openCost() private view returns (uint256 sum) {
        uint256[] memory ids = pool.machineIds();
        for (uint256 i = 0; i < ids.length; ++i) {
            IJointMiningPool.Machine memory m = pool.machineOf(ids[i]);
            if (m.unpaid != 0) sum += (m.cost * m.weight) / m.boughtWeight;
        }
    }

    function _look() private view returns (Look memory) {
        return Look(pool.accounts(), pool.totalSupply());
    }

    /// @dev Calls the pool for somebody. It is refused only by an error that has a name.
    function _do(address who, uint256 value, bytes memory data) private returns (bool done, bytes memory answer) {
        vm.prank(who);
        (done, answer) = address(pool).call{ value: value }(data);
        if (done) return (done, answer);
        assertGe(answer.length, 4, "a refusal has a name");
        bytes4 name;
        assembly ("memory-safe") {
            name := mload(add(answer, 0x20))
        }
        assertTrue(name != bytes4(0x4e487b71), "no panic");
    }

    function _pass(uint256 epochs) private {
        vm.roll(block.number + epochs);
        REFERENCE.pass(epochs);
    }

    /// @dev Most actions follow a settling of the day.
    function _freshen(uint256 seed) private {
        if (!pool.isSettled() && _draw(seed, 9) % 8 != 0) _settleChecked();
    }

    function _wrap(address who, uint256 amount) private {
        vm.deal(who, amount);
        vm.prank(who);
        wfil.deposit{ value: amount }();
        vm.prank(who);
        wfil.approve(address(pool), amount);
    }

    /// @dev A provider lists an NFT at a price around what the pool may pay, and the pool buys it if it may.
    function _buy(uint256 seed) private returns (bool done) {
        _settleChecked();
        (uint256 id, address seller) = _forSale(seed);
        if (id == 0) return false;
        list(id, seller, 1);
        uint256 bid = _bidFor(id);
        IJointMiningPool.Accounts memory a = pool.accounts();
        uint256 most = bid < a.cash ? bid : a.cash;
        if (a.deposits < a.openCost + most) most = a.deposits > a.openCost ? a.deposits - a.openCost : 0;
        uint256 price = (most * (50 + (_draw(seed, 1) % 55))) / 100; // at times too dear
        if (price == 0) return false;
        list(id, seller, uint96(price));
        Look memory before = _look();
        uint256 had = seller.balance;
        (done, ) = _do(address(this), 0, abi.encodeCall(pool.buyMachine, (id)));
        if (done) {
            assertLe(price, bid, "never above the bid");
            assertEq(seller.balance - had, price, "the seller gets the price");
            assertTrue(nfts.ownerOf(id) == address(pool), "the pool gets the NFT");
            IJointMiningPool.Accounts memory bought = pool.accounts();
            // income that comes along may be more than the price: a rise, and held back
            assertLe(bought.upper + before.a.heldBack, before.a.upper + bought.heldBack, "a purchase lifts nobody");
            assertLe(bought.lower, before.a.lower, "a purchase lifts nobody who leaves");
        }
        _after(before, 0, 0, false);
    }

    /// @dev An NFT of a provider that is worth buying, minted if there is none and the miner has power left.
    function _forSale(uint256 seed) private returns (uint256 id, address seller) {
        uint64 minerId = _minerOf(seed);
        seller = FAKE.accounts(FAKE.miner(minerId).owner);
        for (id = nfts.minted(); id != 0; --id) {
            if (nfts.ownerOf(id) != seller || nfts.expiryOf(id) < block.number + 31 * DAY) continue;
            (uint64 last, uint64 previous, ) = nfts.attestedWeightsOf(id);
            if (last != 0 && last >= previous) return (id, seller);
        }
        if (nfts.minerAccount(minerId).nominalPower > 5 * uint256(NFT_POWER)) return (0, seller);
        uint64 expiry = (uint64(block.number) / GRID + 3 + (_grids++ % 4)) * GRID;
        return (mintFor(minerId, seller, expiry, 1_000 ether * (1 + (_draw(seed, 4) % 10))), seller);
    }

    function _bidFor(uint256 id) private view returns (uint256) {
        try pool.appraise(id) returns (IJointMiningPool.Appraisal memory found) {
            return found.bid < found.guaranteed ? found.bid : found.guaranteed;
        } catch {
            return 0;
        }
    }

    /// @dev Somebody asks for shares while there is no cash.
    function _letSomebodyWait(uint256 seed) private {
        address who = _holderFrom(seed);
        uint256 shares = pool.balanceOf(who);
        Look memory before = _look();
        (bool done, ) = _do(who, 0, abi.encodeCall(pool.requestRedeem, (shares, who, who)));
        if (done) REFERENCE.queue(who, shares);
        _after(before, 0, 0, true);
    }

    function _bring(uint256 seed) private {
        (address who, uint256 amount) = (_personOf(seed), _amountOf(seed));
        Look memory before = _look();
        vm.deal(who, amount);
        (bool done, ) = _do(who, amount, abi.encodeCall(pool.depositFil, (who, 0)));
        _after(before, done ? amount : 0, 0, true);
    }

    function _leaveEntirely(address who) private {
        _settleChecked();
        _claimEntirely(who);
        uint256 shares = pool.balanceOf(who);
        if (shares == 0) return;
        Look memory before = _look();
        (bool done, bytes memory answer) = _do(who, 0, abi.encodeCall(pool.exitToFil, (shares, who, 0)));
        if (!done) {
            // it has as many tickets as it may: somebody else waits for it
            vm.prank(who);
            pool.transfer(_people[0], shares);
            shares = pool.balanceOf(_people[0]);
            (done, answer) = _do(_people[0], 0, abi.encodeCall(pool.exitToFil, (shares, _people[0], 0)));
            who = _people[0];
        }
        assertTrue(done, "everybody can leave");
        (, uint256 requestId) = abi.decode(answer, (uint256, uint256));
        if (requestId != 0) REFERENCE.queue(who, pool.ticketOf(requestId).shares);
        _after(before, 0, 0, true);
    }

    function _claimEntirely(address who) private {
        uint256 shares = pool.maxRedeem(who);
        if (shares == 0) return;
        Look memory before = _look();
        (bool done, bytes memory answer) = _do(who, 0, abi.encodeCall(pool.redeemToFil, (shares, who, who)));
        assertTrue(done, "everybody can claim");
        uint256 assets = abi.decode(answer, (uint256));
        REFERENCE.claim(who, shares, assets);
        _agree(who);
        _after(before, 0, assets, true);
    }

    function _personOf(uint256 seed) private view returns (address) {
        return _people[seed % _people.length];
    }

    /// @dev Somebody who has shares, if anybody has.
    function _holderFrom(uint256 seed) private view returns (address who) {
        for (uint256 i = 0; i < _people.length; ++i) {
            who = _people[((seed % _people.length) + i) % _people.length];
            if (pool.balanceOf(who) != 0) return who;
        }
    }

    /// @dev Somebody who can claim, if anybody can.
    function _claimantFrom(uint256 seed) private view returns (address who) {
        for (uint256 i = 0; i < _people.length; ++i) {
            who = _people[((seed % _people.length) + i) % _people.length];
            if (pool.maxRedeem(who) != 0) return who;
        }
    }

    function _minerOf(uint256 seed) private view returns (uint64) {
        return minerIds[_draw(seed, 7) % minerIds.length];
    }

    /// @dev All of it, or a part.
    function _partOf(uint256 whole, uint256 seed) private pure returns (uint256) {
        return _draw(seed, 5) % 3 == 0 ? whole : (whole * (_draw(seed, 6) % 1_000)) / 1_000;
    }

    /// @dev From less than the least to 3,000 FIL.
    function _amountOf(uint256 seed) private pure returns (uint256) {
        return MIN / 2 + (_draw(seed, 8) % (3_000 ether));
    }

    function _draw(uint256 seed, uint256 n) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, n)));
    }

    function _deal(uint256 amount) private returns (uint256) {
        vm.deal(address(this), amount);
        return amount;
    }
}
