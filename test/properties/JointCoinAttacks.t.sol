// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AttackSearch } from "./AttackSearch.sol";
import { JointNetwork } from "./JointNetwork.sol";

/// @title What an attacker can gain from a stablecoin pool: by the coin itself, or by the sale of its FIL (R-JMP-7)
/// @notice The coin may call back, take a fee or shrink balances whenever the attacker likes.
contract JointCoinAttacksTest is JointNetwork, AttackSearch {
    /// @dev What an attacker may gain by rounding: a hundred-thousandth of a coin of 6 decimals.
    int256 private constant DUST = 10;
    uint256 private constant UNIT = 1e6;
    address private constant ATTACKER = address(0xBAD);
    address private constant VICTIM = address(0xB0B1);

    uint256 private _machine;

    function setUp() public {
        startCoinPool(2, 6);
        _machine = mintFor(MINER, ownerAt(0), (uint64(block.number) / GRID + 14) * GRID, 10_000 ether);
        _join(VICTIM, 10_000 * UNIT);
        listFor(_machine, ownerAt(0), address(coin), uint96(2_000 * UNIT));
        pool.buyMachine(_machine);
        for (uint256 day = 0; day < 3; ++day) {
            win(MINER, MINER_PER_DAY);
            nextFrame();
            pool.settle();
        }
    }

    function test_justInTimeAroundASaleOfFil() external {
        search("just-in-time deposit around a sale of FIL", this.comeForSale, DUST);
    }

    /// @dev FIL has become dearer than when the pool sold last. The attacker buys the lot itself, at what FIL is worth: the
    /// price of the moment. So its gain is what the pool gives it.
    function comeForSale(uint256[GENES] memory g) external {
        win(MINER, scale(g[1], 1e6, 30 * MINER_PER_DAY));
        vm.roll(block.number + 1);
        nft.sync(MINER);
        vestAll(MINER);
        nft.harvest(MINER);
        pool.collect(one(_machine));
        nextFrame();
        pool.settle();
        uint256 stake = scale(g[0], UNIT, 1e6 * UNIT);
        if (g[3] % 2 == 0) _join(ATTACKER, stake);
        (bool begun, ) = address(auction).call(abi.encodeCall(auction.start, ()));
        if (!begun) revert Outcome(0);
        vm.roll(block.number + (g[2] % 360)); // not below the last price
        if (g[3] % 2 != 0) {
            if (!pool.isSettled()) pool.settle();
            _join(ATTACKER, stake);
        }
        uint256 left = auction.lot().left;
        uint256 part = g[4] % 2 == 0 ? left : scale(g[4] >> 8, 1 ether, left);
        coin.mint(address(this), (left * auction.price()) / 1 ether + 2); // rounded up twice
        coin.approve(address(pool), type(uint256).max);
        auction.buy(part, type(uint256).max, address(this));
        if (g[4] % 3 == 0) {
            pool.settle();
            if (auction.lot().left != 0) auction.buy(auction.lot().left, type(uint256).max, address(this));
        }
        revert Outcome(_leave(stake));
    }

    function test_reentrancyByTheCoin() external {
        search("reentrancy by the coin", this.reenter, DUST);
    }

    /// @dev The coin calls the pool in the midst of each way in and out. It has shares of its own, an allowance and the
    /// attacker's trust as an operator.
    function reenter(uint256[GENES] memory g) external {
        uint256 stake = scale(g[0], 10 * UNIT, 1e6 * UNIT);
        uint256 shares = _join(ATTACKER, stake);
        vm.prank(ATTACKER);
        pool.transfer(address(coin), shares / 3);
        vm.prank(ATTACKER);
        pool.setOperator(address(coin), true);
        vm.prank(ATTACKER);
        pool.requestRedeem(shares / 6, ATTACKER, ATTACKER);
        bytes[] memory inner = new bytes[](6);
        uint256 some = scale(g[1], 1e6 * UNIT, shares / 3);
        inner[0] = abi.encodeCall(pool.exit, (some, ATTACKER, 0));
        inner[1] = abi.encodeCall(pool.redeem, (pool.maxRedeem(ATTACKER), ATTACKER, ATTACKER));
        inner[2] = abi.encodeCall(pool.requestRedeem, (some, ATTACKER, ATTACKER));
        inner[3] = abi.encodeCall(pool.deposit, (scale(g[2], UNIT, 1e4 * UNIT), ATTACKER));
        inner[4] = abi.encodeCall(pool.settle, ());
        inner[5] = abi.encodeCall(pool.payTickets, ());
        coin.setCallback(address(pool), inner[g[3] % inner.length]);
        vm.roll(block.number + ((g[4] >> 16) % 1_000));
        pool.settle();
        uint256 brought = stake;
        if (g[4] % 3 == 0) {
            uint256 more = scale(g[2], UNIT, 1e5 * UNIT);
            _join(ATTACKER, more);
            brought += more;
        } else if (g[4] % 3 == 1) {
            uint256 claimable = pool.maxRedeem(ATTACKER);
            vm.prank(ATTACKER);
            if (claimable != 0) pool.redeem(claimable, ATTACKER, ATTACKER);
        } else {
            vm.prank(ATTACKER);
            pool.exit(shares / 4, ATTACKER, 0);
        }
        coin.setCallback(address(0), "");
        uint256 rest = pool.balanceOf(address(coin));
        vm.prank(address(coin));
        if (rest != 0) pool.transfer(ATTACKER, rest);
        revert Outcome(_leave(brought));
    }

    function test_coinThatTakesAFee() external {
        search("a coin that takes a fee", this.takeFee, DUST);
    }

    /// @dev Gain: what the pool's accounts say beyond what is there.
    function takeFee(uint256[GENES] memory g) external {
        coin.setFee(1 + (g[1] % 9_999));
        uint256 stake = scale(g[0], UNIT, 1e6 * UNIT);
        coin.mint(ATTACKER, stake);
        vm.prank(ATTACKER);
        coin.approve(address(pool), stake);
        vm.prank(ATTACKER);
        (bool done, ) = address(pool).call(abi.encodeCall(pool.deposit, (stake, ATTACKER)));
        uint256 fee = (stake * coin.feeBps()) / 10_000;
        assertTrue(done == (fee == 0), "refused when less arrives");
        uint256 books = pool.accounts().cash + pool.accounts().claimable;
        revert Outcome(int256(books) - int256(coin.balanceOf(address(pool))));
    }

    function test_coinThatShrinks() external {
        search("a coin that shrinks", this.shrink, DUST);
    }

    /// @dev Balances have shrunk: gain is what somebody who enters then loses to those who are in.
    function shrink(uint256[GENES] memory g) external {
        if (g[3] % 2 == 0) _join(ATTACKER, scale(g[0], UNIT, 1e5 * UNIT));
        uint256 held = coin.balanceOf(address(pool));
        coin.shrink(address(pool), scale(g[1], 1, held));
        vm.roll(block.number + (g[4] % DAY));
        pool.settle();
        uint256 stake = scale(g[2], UNIT, 1e5 * UNIT);
        coin.mint(address(0xCAFE), stake);
        vm.prank(address(0xCAFE));
        coin.approve(address(pool), stake);
        vm.prank(address(0xCAFE));
        (bool done, ) = address(pool).call(abi.encodeCall(pool.deposit, (stake, address(0xCAFE))));
        revert Outcome(done ? int256(stake) : int256(0));
    }

    // PARTS

    function _join(address who, uint256 amount) private returns (uint256 shares) {
        coin.mint(who, amount);
        vm.prank(who);
        coin.approve(address(pool), type(uint256).max);
        vm.prank(who);
        return pool.deposit(amount, who);
    }

    /// @dev The attacker leaves with everything; what it has, and has still to get, beyond what it brought.
    function _leave(uint256 brought) private returns (int256) {
        if (!pool.isSettled()) pool.settle();
        uint256 shares = pool.balanceOf(ATTACKER);
        if (shares != 0) {
            vm.prank(ATTACKER);
            pool.exit(shares, ATTACKER, 0);
        }
        return int256(coin.balanceOf(ATTACKER) + stakeOf(ATTACKER)) - int256(brought);
    }
}
