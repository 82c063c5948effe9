// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IJointMiningPool } from "../../contracts/joint/IJointMiningPool.sol";
import { AttackSearch } from "./AttackSearch.sol";
import { JointNetwork } from "./JointNetwork.sol";

/// @title What an attacker can gain from a pool, by any size and at any time
/// @notice Over WFIL; JointCoinAttacks are those that need a coin.
contract JointAttacksTest is JointNetwork, AttackSearch {
    /// @dev What an attacker may gain by rounding, attoFIL.
    int256 private constant DUST = 1e6;
    address private constant ATTACKER = address(0xBAD);
    address private constant VICTIM = address(0xB0B1);
    /// @dev Of the machine that the pool of the tests has: a year, and half a year of its income as its price.
    uint96 private constant PRICE = 5_000 ether;

    uint256 private _machine;
    uint256 private _spare;

    function setUp() public {
        startPool(2);
        uint64 expiry = (uint64(block.number) / GRID + 14) * GRID;
        _machine = mintFor(MINER, ownerAt(0), expiry, 10_000 ether);
        _spare = mintFor(MINER + 1, ownerAt(1), expiry, 10_000 ether);
    }

    /// @dev Ten people of 1,000 FIL, and a machine for half of that.
    function _begin() private {
        for (uint160 i = 0; i < 10; ++i) enter(address(0xB0B1 + i), 1_000 ether);
        list(_machine, ownerAt(0), PRICE);
        pool.buyMachine(_machine);
        for (uint256 day = 0; day < 3; ++day) {
            win(MINER, MINER_PER_DAY);
            nextFrame();
            pool.settle();
        }
    }

    // ATTACKS

    function test_firstDepositInflation() external {
        search("first-deposit inflation", this.inflate, DUST);
    }

    function inflate(uint256[GENES] memory g) external {
        uint256 stake = scale(g[0], 1 ether, 1e6 ether);
        uint256 gift = scale(g[1], 1, 1e7 ether);
        uint256 start = stake + gift;
        vm.deal(ATTACKER, start);
        vm.prank(ATTACKER);
        pool.depositFil{ value: stake }(ATTACKER, 0);
        if (g[3] % 2 == 0) _sellBack(ATTACKER, g[4]); // leaves a few shares
        _donate(gift, g[2]);
        enter(VICTIM, scale(g[3], 1 ether, 1e6 ether));
        leaveAll(ATTACKER);
        revert Outcome(int256(ATTACKER.balance) - int256(start));
    }

    function test_donation() external {
        search("donation", this.donate, DUST);
    }

    function donate(uint256[GENES] memory g) external {
        _begin();
        uint256 stake = scale(g[0], 1 ether, 1e5 ether);
        uint256 gift = scale(g[1], 1, 1e5 ether);
        vm.deal(ATTACKER, stake + gift);
        vm.prank(ATTACKER);
        pool.depositFil{ value: stake }(ATTACKER, 0);
        if (g[3] % 2 == 0) enter(VICTIM, scale(g[4], 1 ether, 1e5 ether));
        _donate(gift, g[2]);
        if (g[3] % 3 == 0) pool.settle();
        enter(VICTIM, scale(g[4], 1 ether, 1e5 ether));
        revert Outcome(_leaveWith(stake + gift));
    }

    function test_justInTimeAroundAnIncome() external {
        search("just-in-time deposit around an income", this.comeForIncome, DUST);
    }

    /// @dev Up to a month of luck at once; the attacker stays for less than a day. What the network expects for the time of
    /// its stay, by its part of the pool, is no gain: everybody who stays earns it.
    function comeForIncome(uint256[GENES] memory g) external {
        _begin();
        uint256 lump = scale(g[1], 1, 30 * MINER_PER_DAY);
        win(MINER, lump);
        vm.roll(block.number + (g[2] % (DAY - 2)));
        if (g[3] % 2 == 0) nft.sync(MINER);
        uint256 stake = scale(g[0], 1 ether, 1e6 ether);
        vm.deal(ATTACKER, stake);
        vm.prank(ATTACKER);
        pool.depositFil{ value: stake }(ATTACKER, 0);
        uint256 came = block.number;
        if (g[3] % 3 == 0) vm.roll(block.number + (g[4] % DAY));
        nft.sync(MINER);
        if (g[3] % 5 < 3) pool.settle();
        vestAll(MINER);
        nft.harvest(MINER);
        pool.collect(one(_machine));
        if (g[3] % 7 < 3) pool.settle();
        uint256 earned = (PER_DAY * (block.number - came) * pool.balanceOf(ATTACKER)) / (DAY * pool.totalSupply());
        revert Outcome(_leaveWith(stake) - int256(earned));
    }

    function test_justInTimeAroundAnImpairment() external {
        search("just-in-time deposit around an impairment", this.comeForRecovery, DUST);
    }

    /// @dev Comes while a machine is down, and goes when it is back.
    function comeForRecovery(uint256[GENES] memory g) external {
        _begin();
        attest(MINER, _machine, uint64(scale(g[1], 1, NFT_POWER)) - 1);
        if (g[2] % 2 == 0) attest(MINER, _machine, uint64(scale(g[1], 1, NFT_POWER)) - 1);
        if (g[2] % 3 == 0) pool.settle();
        else if (g[2] % 3 == 1) pool.impair(_machine);
        uint256 stake = scale(g[0], 1 ether, 1e6 ether);
        vm.deal(ATTACKER, stake);
        vm.prank(ATTACKER);
        try pool.depositFil{ value: stake }(ATTACKER, 0) {} catch {
            revert Outcome(0);
        }
        vm.roll(block.number + (g[4] % DAY));
        attest(MINER, _machine, NFT_POWER);
        if (g[3] % 2 == 0) pool.settle();
        else pool.impair(_machine);
        revert Outcome(_leaveWith(stake));
    }

    function test_sandwichAroundAPurchase() external {
        search("sandwich of a purchase", this.sandwich, DUST);
    }

    /// @dev The seller is the attacker too: it also gets the price, and gives an NFT that is worth at least that.
    function sandwich(uint256[GENES] memory g) external {
        _begin();
        if (g[3] % 2 == 0) {
            win(MINER + 1, scale(g[4], 1, 10 * MINER_PER_DAY));
            nft.sync(MINER + 1);
        }
        uint256 stake = scale(g[0], 1 ether, 1e6 ether);
        vm.deal(ATTACKER, stake);
        vm.prank(ATTACKER);
        pool.depositFil{ value: stake }(ATTACKER, 0);
        list(_spare, ownerAt(1), uint96(scale(g[1], 1 ether, 5_000 ether)));
        if (g[2] % 2 == 0) leaveAll(ATTACKER);
        try pool.buyMachine(_spare) {} catch {
            revert Outcome(0);
        }
        revert Outcome(_leaveWith(stake));
    }

    function test_goingBeforeAPurchaseAndComingBack() external {
        search("leaving before a purchase and coming back", this.stepAside, DUST);
    }

    function stepAside(uint256[GENES] memory g) external {
        _begin();
        uint256 stake = scale(g[0], 1 ether, 1e5 ether);
        vm.deal(ATTACKER, 0);
        enter(ATTACKER, stake);
        uint256 held = pool.convertToAssets(pool.balanceOf(ATTACKER));
        list(_spare, ownerAt(1), uint96(scale(g[1], 1 ether, 4_000 ether)));
        leaveAll(ATTACKER);
        if (pool.ticketsOf(ATTACKER).length != 0) revert Outcome(0);
        try pool.buyMachine(_spare) {} catch {
            revert Outcome(0);
        }
        uint256 back = ATTACKER.balance;
        if (back < 1 ether) revert Outcome(0);
        vm.prank(ATTACKER);
        pool.depositFil{ value: back }(ATTACKER, 0);
        revert Outcome(int256(pool.convertToAssets(pool.balanceOf(ATTACKER))) - int256(held));
    }

    function test_queueJumping() external {
        search("queue jumping", this.jump, DUST);
    }

    /// @dev Gain: what the attacker is paid while somebody before it waits.
    function jump(uint256[GENES] memory g) external {
        _begin();
        uint256 stake = scale(g[0], 1 ether, 1e4 ether);
        enter(ATTACKER, stake);
        for (uint160 i = 0; i < 10; ++i) leaveAll(address(0xB0B1 + i)); // the last of them wait
        uint256 before = ATTACKER.balance;
        if (g[1] % 3 == 0) leaveAll(ATTACKER);
        else if (g[1] % 3 == 1) {
            uint256 half = pool.balanceOf(ATTACKER) / 2;
            vm.prank(ATTACKER);
            try pool.exitToFil(half, ATTACKER, 0) {} catch {}
            vm.prank(ATTACKER);
            try pool.requestRedeem(half, ATTACKER, ATTACKER) {} catch {}
        }
        win(MINER, MINER_PER_DAY);
        nextFrame();
        pool.settle();
        if (g[2] % 2 == 0) {
            vestAll(MINER);
            nft.harvest(MINER);
            pool.collect(one(_machine));
        }
        if (g[3] % 2 == 0) enter(address(0xCAFE), scale(g[4], 1 ether, 500 ether));
        leaveAll(ATTACKER); // while there is cash, and nobody has paid tickets of it
        pool.payTickets();
        uint256 claimable = pool.maxRedeem(ATTACKER);
        if (claimable != 0) {
            vm.prank(ATTACKER);
            pool.redeemToFil(claimable, ATTACKER, ATTACKER);
        }
        uint256 waits = pool.ticketOf(pool.ticketsOf(address(0xB0B1 + 9)).length == 0 ? 0 : 1).pending;
        revert Outcome(waits == 0 ? int256(0) : int256(ATTACKER.balance - before));
    }

    function test_inflatedIncome() external {
        search("income inflated by gas premiums", this.inflateIncome, DUST);
    }

    /// @dev A provider pays itself premiums for months: gain is what the pool would pay more for its NFT, beyond income
    /// that goes along with it, which is counted as what it is.
    function inflateIncome(uint256[GENES] memory g) external {
        _begin();
        list(_spare, ownerAt(1), 1 ether);
        uint256 daysMeasured = 31 + (g[2] % 60);
        vm.roll(block.number + daysMeasured * DAY);
        win(MINER + 1, (daysMeasured + 5) * MINER_PER_DAY); // as much as the network expects, and a little more
        nft.sync(MINER + 1);
        pool.settle();
        uint256 honest = _bidWithoutIncome();
        win(MINER + 1, scale(g[0], 1 ether, 1e6 ether));
        vm.roll(block.number + 1);
        nft.sync(MINER + 1);
        revert Outcome(int256(_bidWithoutIncome()) - int256(honest));
    }

    function test_cyclingToLiftDeposits() external {
        search("deposits and exits that lift D", this.cycle, DUST);
    }

    /// @dev D never gets above what the pool is worth, and whoever cycles pays for it.
    function cycle(uint256[GENES] memory g) external {
        _begin();
        uint256 stake = scale(g[0], 1 ether, 1e6 ether);
        vm.deal(ATTACKER, stake);
        for (uint256 n = 0; n <= g[1] % 5; ++n) {
            uint256 amount = ATTACKER.balance;
            if (amount < 1 ether) break;
            vm.prank(ATTACKER);
            pool.depositFil{ value: amount }(ATTACKER, 0);
            leaveAll(ATTACKER);
        }
        IJointMiningPool.Accounts memory a = pool.accounts();
        assertLe(a.deposits, a.upper > 10_000 ether + stake ? a.upper : 10_000 ether + stake, "D");
        uint256 lifted = a.deposits;
        uint256 owed = pool.convertToAssets(pool.balanceOf(ATTACKER) + pool.totalSupply());
        assertLe(lifted, owed + 10_000 ether, "D is what people brought, or less than what they have");
        revert Outcome(_leaveWith(stake));
    }

    function test_harvestBeforeTheSale() external {
        search("a seller that harvests just before the sale", this.harvestFirst, DUST);
    }

    /// @dev Gain: what the pool pays beyond what it bids for what is left after the harvest.
    function harvestFirst(uint256[GENES] memory g) external {
        _begin();
        win(MINER + 1, scale(g[0], 1 ether, 40 * MINER_PER_DAY));
        vm.roll(block.number + (g[1] % (40 * DAY)));
        nft.sync(MINER + 1);
        pool.settle();
        list(_spare, ownerAt(1), 1 ether);
        uint256 bid = _bid();
        if (g[2] % 2 == 0) vestAll(MINER + 1);
        nft.harvest(MINER + 1);
        uint256 price = g[3] % 2 == 0 ? bid : scale(g[4], 1 ether, bid);
        list(_spare, ownerAt(1), 1 ether);
        uint256 left = _bid();
        list(_spare, ownerAt(1), uint96(price));
        try pool.buyMachine(_spare) {} catch {
            revert Outcome(0);
        }
        revert Outcome(int256(price) - int256(left));
    }

    function test_exitScamByTermination() external {
        search("an exit scam by termination after the sale", this.scam, DUST);
    }

    /// @dev Gain: what of the price the pool does not get back, by income so far and by the guarantee. The attacker may
    /// challenge its own NFT up to the second report, which confirms that there is no power.
    function scam(uint256[GENES] memory g) external {
        _begin();
        list(_spare, ownerAt(1), 1 ether);
        uint256 price = scale(g[0], 1 ether, _bid() < 4_000 ether ? _bid() : 4_000 ether);
        // guaranteed with no more than its price, but for rounding
        uint256 id = mintFor(MINER + 1, ownerAt(1), nft.expiryOf(_spare), price + 10);
        list(id, ownerAt(1), uint96(price));
        pool.buyMachine(id);
        uint256 honest = scale(g[1], 1, 360) - 1; // often none: then the guarantee has to bring all of it
        for (uint256 n = 0; n < 4; ++n) {
            win(MINER + 1, (honest * MINER_PER_DAY) / 4);
            vm.roll(block.number + (honest * DAY) / 4);
            nft.sync(MINER + 1);
        }
        FAKE.setPower(MINER + 1, 1 << 48, true);
        attest(MINER + 1, id, 0);
        _challengeWithin(id, 1 + (g[2] % DAY), g[3], g[4]);
        attest(MINER + 1, id, 0);
        pool.settle();
        FAKE.topUp{ value: _deal(20_000 ether) }(MINER + 1); // the pledge that ends
        nft.harvest(MINER + 1);
        uint256 got = pool.collect(one(id));
        revert Outcome(int256(price) - int256(got));
    }

    function test_manyTicketsCostNobodyMore() external {
        _begin();
        enter(ATTACKER, 1_000 ether);
        for (uint160 i = 0; i < 10; ++i) leaveAll(address(0xB0B1 + i));
        enter(address(0xCAFE), 100 ether);
        uint256 few = gasleft();
        pool.payTickets();
        few -= gasleft();
        for (uint160 i = 1; i <= 200; ++i) {
            vm.prank(ATTACKER);
            pool.transfer(address(0xD000 + i), 2e24);
            leaveAll(address(0xD000 + i));
        }
        enter(address(0xCAFE), 100 ether);
        uint256 many = gasleft();
        pool.payTickets();
        many -= gasleft();
        assertLe(many, (few * 105) / 100, "paying with 200 tickets more");
    }

    // PARTS

    /// @dev The attacker leaves with everything; what it has, and has still to get, beyond what it brought.
    function _leaveWith(uint256 brought) private returns (int256) {
        leaveAll(ATTACKER);
        return int256(ATTACKER.balance + stakeOf(ATTACKER)) - int256(brought);
    }

    function _sellBack(address who, uint256 gene) private {
        uint256 all = pool.balanceOf(who);
        uint256 keep = scale(gene, 1, all);
        if (keep == all) return;
        vm.prank(who);
        try pool.exitToFil(all - keep, who, 0) {} catch {}
    }

    /// @dev Lets so many epochs pass, with up to seven challenges of an NFT that has its nominal power, at any time and by
    /// any amount.
    function _challengeWithin(uint256 id, uint256 epochs, uint256 times, uint256 amounts) private {
        uint256 end = block.number + epochs;
        address oracle_ = nft.ORACLE();
        uint64 proven = NFT_POWER;
        for (uint256 n = times % 8; n != 0 && proven != 0; --n) {
            times >>= 16;
            amounts >>= 16;
            vm.roll(block.number + (times % (end - block.number + 1)));
            proven = uint64(amounts % proven);
            vm.prank(oracle_);
            nft.lowerWeight(id, 0, proven);
        }
        vm.roll(end);
    }

    function _donate(uint256 amount, uint256 way) private {
        if (way % 3 == 0) {
            vm.prank(ATTACKER);
            FAKE.deliver{ value: amount }(address(pool));
        } else if (way % 3 == 1) {
            vm.prank(ATTACKER);
            wfil.deposit{ value: amount }();
            vm.prank(ATTACKER);
            wfil.transfer(address(pool), amount);
        } else {
            vm.prank(ATTACKER);
            FAKE.deliver{ value: amount }(address(nft));
        }
    }

    function _bid() private view returns (uint256) {
        return pool.appraise(_spare).bid;
    }

    function _bidWithoutIncome() private view returns (uint256) {
        IJointMiningPool.Appraisal memory a = pool.appraise(_spare);
        return a.bid - (a.unpaidIncome * 8_000) / 10_000;
    }

    function _deal(uint256 amount) private returns (uint256) {
        vm.deal(address(this), amount);
        return amount;
    }
}
