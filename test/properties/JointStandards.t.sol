// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC20 } from "@openzeppelin/contracts/interfaces/IERC20.sol";
import { IERC4626 } from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import { IERC7540 } from "../../contracts/joint/IERC7540.sol";
import { IJointMiningPool } from "../../contracts/joint/IJointMiningPool.sol";
import { JointNetwork } from "./JointNetwork.sol";

/// @title What ERC-4626 and the redeem side of ERC-7540 state, in whatever state a pool is
/// @notice Each property begins after a drawn history: people have entered, a machine may have been bought, have earned,
/// lost weight or been measured long ago, and somebody may wait. Amounts are of the asset.
abstract contract JointStandardsTest is JointNetwork {
    address private constant WHO = address(0xA11CE);
    address private constant OTHER = address(0xB0B);
    address private constant OPERATOR = address(0x09E7);

    IERC20 private _asset;
    uint256 private _unit;
    uint256 private _machine;

    /// @dev Makes a pool of two miners.
    function makePool() internal virtual;

    function setUp() public {
        makePool();
        _asset = IERC20(pool.asset());
        _unit = pool.MIN_DEPOSIT();
        _machine = mintFor(MINER, ownerAt(0), (uint64(block.number) / GRID + 14) * GRID, 10_000 ether);
    }

    // DEPOSITS (ERC-4626)

    function testFuzz_aDepositPullsJustItsAssetsAndGivesAtLeastItsPreview(uint256 seed, uint256 amount) external {
        _history(seed, true);
        amount = _amount(amount);
        uint256 preview = pool.previewDeposit(amount);
        uint256 had = _get(WHO, amount + 5);
        uint256 before = pool.balanceOf(OTHER);
        vm.expectEmit(address(pool));
        emit IERC4626.Deposit(WHO, OTHER, amount, preview);
        vm.prank(WHO);
        uint256 shares = pool.deposit(amount, OTHER);
        assertGe(shares, preview, "no fewer shares than previewed");
        assertEq(pool.balanceOf(OTHER) - before, shares, "the receiver gets them");
        assertEq(had - _asset.balanceOf(WHO), amount, "exactly the assets are pulled");
    }

    function testFuzz_aMintGivesJustItsSharesAndCostsAtMostItsPreview(uint256 seed, uint256 amount) external {
        _history(seed, true);
        uint256 shares = pool.convertToShares(_amount(amount)) + 1;
        uint256 preview = pool.previewMint(shares);
        uint256 had = _get(WHO, preview + 5);
        uint256 before = pool.balanceOf(OTHER);
        vm.expectEmit(address(pool));
        emit IERC4626.Deposit(WHO, OTHER, preview, shares);
        vm.prank(WHO);
        uint256 assets = pool.mint(shares, OTHER);
        assertLe(assets, preview, "no dearer than previewed");
        assertEq(pool.balanceOf(OTHER) - before, shares, "exactly the shares are minted");
        assertEq(had - _asset.balanceOf(WHO), assets, "what it says is pulled");
    }

    function testFuzz_theMostThatCanBeDepositedCanBeAndNoMore(uint256 seed, uint256 cap) external {
        _history(seed, seed % 4 != 0);
        if (seed % 5 == 0) pool.setDepositCap(pool.totalAssets() + (cap % (1e6 * _unit)));
        if (seed % 7 == 0) pool.pauseEntries(uint64(block.number) + DAY);
        uint256 most = pool.maxDeposit(WHO);
        if (!pool.isSettled() || seed % 7 == 0) assertEq(most, 0, "nothing can be deposited");
        assertEq(pool.maxDeposit(address(pool)), 0, "nobody may receive there");
        _get(WHO, most < type(uint96).max ? most + _unit + 1 : most);
        if (most != 0) {
            vm.prank(WHO);
            (bool more, ) = address(pool).call(abi.encodeCall(pool.deposit, (most + 1, WHO)));
            assertTrue(!more, "the most is all");
            vm.prank(WHO);
            pool.deposit(most, WHO);
        } else {
            vm.prank(WHO);
            (bool done, ) = address(pool).call(abi.encodeCall(pool.deposit, (_unit, WHO)));
            assertTrue(!done, "nothing can be deposited");
        }
    }

    function testFuzz_theMostThatCanBeMintedCanBe(uint256 seed, uint256 cap) external {
        _history(seed, seed % 4 != 0);
        if (seed % 5 == 0) pool.setDepositCap(pool.totalAssets() + (cap % (1e6 * _unit)));
        uint256 most = pool.maxMint(WHO);
        if (pool.maxDeposit(WHO) == 0) assertEq(most, 0, "nothing can be minted");
        if (most == 0) return;
        _get(WHO, pool.previewMint(most));
        vm.prank(WHO);
        pool.mint(most, WHO);
    }

    function testFuzz_conversionsDependOnNobodyAndRoundDown(uint256 seed, uint256 amount) external {
        _history(seed, seed % 2 == 0);
        amount = _amount(amount);
        uint256 shares = pool.convertToShares(amount);
        vm.prank(OTHER);
        assertEq(pool.convertToShares(amount), shares, "the same for everybody");
        uint256 back = pool.convertToAssets(shares);
        vm.prank(OTHER);
        assertEq(pool.convertToAssets(shares), back, "the same for everybody");
        assertLe(back, amount, "there and back gains nothing");
        assertLe(pool.convertToShares(pool.convertToAssets(amount * 1e6)), amount * 1e6, "back and there neither");
        assertGe(pool.previewMint(shares), back, "a mint rounds against the minter");
        assertLe(pool.previewDeposit(amount), shares, "a deposit rounds against the depositor");
        assertLe(pool.previewDeposit(amount), pool.previewDeposit(amount + _unit), "more assets, no fewer shares");
    }

    function testFuzz_previewsIgnoreLimits(uint256 seed, uint256 amount) external {
        _history(seed, true);
        amount = _amount(amount);
        (uint256 shares, uint256 cost) = (pool.previewDeposit(amount), pool.previewMint(amount * 1e6));
        pool.setDepositCap(1);
        pool.pauseEntries(uint64(block.number) + DAY);
        assertEq(pool.maxDeposit(WHO), 0, "nobody may deposit");
        assertEq(pool.previewDeposit(amount), shares, "the preview does not know");
        assertEq(pool.previewMint(amount * 1e6), cost, "the preview does not know");
    }

    function testFuzz_figuresNeverRevert(uint256 seed, uint256 later) external {
        _history(seed, false);
        vm.roll(block.number + (later % (800 * uint256(DAY))));
        pool.totalAssets();
        pool.maxDeposit(WHO);
        pool.maxMint(WHO);
        pool.maxRedeem(OTHER);
        pool.maxWithdraw(OTHER);
        pool.convertToShares(_unit);
        pool.convertToAssets(_unit);
        assertGe(pool.accounts().upper, pool.accounts().lower, "who enters pays no less than who leaves gets");
        assertEq(pool.totalAssets(), pool.accounts().upper, "all that is managed");
    }

    // REQUESTS AND CLAIMS (ERC-7540)

    function testFuzz_aRequestTakesItsSharesAtOnce(uint256 seed, uint256 part) external {
        (uint256 id, uint256 shares, uint256 had) = _request(seed, part);
        assertEq(had - pool.balanceOf(WHO), shares, "the shares are gone");
        (uint256 pending, uint256 claimable) = _states(id, WHO);
        assertEq(pending + claimable, shares, "they wait, or were paid");
        (pending, claimable) = _states(id, OTHER);
        assertEq(pending + claimable, 0, "nobody else has the request");
        (pending, claimable) = _states(id + 1, WHO);
        assertEq(pending + claimable, 0, "there is no such request");
    }

    function testFuzz_sharesOfARequestWaitOrCanBeClaimedOrWereClaimed(uint256 seed, uint256 part) external {
        (uint256 id, uint256 shares, ) = _request(seed, part);
        uint256 claimed = 0;
        for (uint256 n = 0; n < 3; ++n) {
            if (seed % (n + 2) == 0) _enter(OTHER, _amount(part >> n));
            pool.payTickets();
            (uint256 pending, uint256 claimable) = _states(id, WHO);
            assertEq(pending + claimable + claimed, shares, "none is lost or made");
            assertEq(pool.maxRedeem(WHO), claimable, "what can be redeemed is what was paid");
            uint256 some = claimable == 0 ? 0 : (part % claimable) + 1;
            if (some == 0) continue;
            vm.prank(WHO);
            pool.redeem(some, WHO, WHO);
            claimed += some;
        }
    }

    function testFuzz_aClaimIsExact(uint256 seed, uint256 part) external {
        _request(seed, part);
        _enter(OTHER, 1_000 * _unit);
        pool.payTickets();
        (uint256 shares, uint256 assets) = (pool.maxRedeem(WHO), pool.maxWithdraw(WHO));
        if (shares == 0) return;
        uint256 had = _asset.balanceOf(OPERATOR);
        if (seed % 2 == 0) {
            vm.expectEmit(address(pool));
            emit IERC4626.Withdraw(WHO, OPERATOR, WHO, assets, shares);
            vm.prank(WHO);
            assertEq(pool.redeem(shares, OPERATOR, WHO), assets, "all that can be withdrawn");
            assertEq(_asset.balanceOf(OPERATOR) - had, assets, "the receiver gets it");
            assertEq(pool.maxWithdraw(WHO), 0, "nothing is left");
        } else {
            uint256 some = (part % assets) + 1;
            vm.prank(WHO);
            uint256 burned = pool.withdraw(some, OPERATOR, WHO);
            assertEq(_asset.balanceOf(OPERATOR) - had, some, "exactly what was asked for");
            assertEq(pool.maxRedeem(WHO), shares - burned, "for the shares that it says");
            assertLe(pool.maxWithdraw(WHO), assets - some, "no more is left");
        }
        vm.prank(WHO);
        (bool more, ) = address(pool).call(abi.encodeCall(pool.redeem, (pool.maxRedeem(WHO) + 1, WHO, WHO)));
        assertTrue(!more, "no more than was paid can be redeemed");
        vm.prank(WHO);
        (more, ) = address(pool).call(abi.encodeCall(pool.withdraw, (pool.maxWithdraw(WHO) + 1, WHO, WHO)));
        assertTrue(!more, "no more than was paid can be withdrawn");
    }

    function testFuzz_whatWasPaidIsWhateverThePoolDoesMeanwhile(uint256 seed, uint256 part) external {
        _request(seed, part);
        _enter(OTHER, 1_000 * _unit);
        pool.payTickets();
        (uint256 shares, uint256 assets) = (pool.maxRedeem(WHO), pool.maxWithdraw(WHO));
        attest(MINER, _machine, 0);
        nextFrame();
        if (shares == 0) return;
        vm.prank(WHO);
        assertEq(pool.redeem(shares, WHO, WHO), assets, "money that was put aside is nobody else's");
    }

    function testFuzz_onlyOwnersOperatorsAndAllowancesActForSomebody(uint256 seed, uint256 part) external {
        _history(seed, true);
        uint256 shares = _enter(WHO, _amount(part));
        bytes memory request = abi.encodeCall(pool.requestRedeem, (shares, OPERATOR, WHO));
        assertTrue(!_try(OPERATOR, request), "a stranger requests nothing");
        if (seed % 2 == 0) {
            vm.expectEmit(address(pool));
            emit IERC7540.OperatorSet(WHO, OPERATOR, true);
            vm.prank(WHO);
            assertTrue(pool.setOperator(OPERATOR, true), "the standard's answer");
            assertTrue(pool.isOperator(WHO, OPERATOR), "an operator");
        } else {
            vm.prank(WHO);
            pool.approve(OPERATOR, shares);
        }
        uint256 id = pool.ticketsOf(OPERATOR).length;
        vm.prank(OPERATOR);
        id = pool.requestRedeem(shares, OPERATOR, WHO);
        assertEq(pool.allowance(WHO, OPERATOR), 0, "an allowance is spent, an operator needs none");
        assertTrue(pool.ticketOf(id).controller == OPERATOR, "the controller has the request");
        _enter(OTHER, 1_000 * _unit);
        pool.payTickets();
        uint256 claimable = pool.claimableRedeemRequest(id, OPERATOR);
        if (claimable == 0) return;
        assertTrue(!_try(WHO, abi.encodeCall(pool.redeem, (claimable, WHO, OPERATOR))), "it is the controller's");
        vm.prank(OPERATOR);
        pool.setOperator(WHO, true);
        assertTrue(_try(WHO, abi.encodeCall(pool.redeem, (claimable, WHO, OPERATOR))), "its operator claims");
    }

    function testFuzz_claimsHaveNoPreview(uint256 amount) external {
        vm.expectRevert(abi.encodeWithSelector(IJointMiningPool.AsyncRedeem.selector));
        pool.previewRedeem(amount);
        vm.expectRevert(abi.encodeWithSelector(IJointMiningPool.AsyncRedeem.selector));
        pool.previewWithdraw(amount);
    }

    function test_interfacesAreAnnounced() external view {
        assertTrue(pool.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(pool.supportsInterface(0x2f0a18c5), "ERC-7575");
        assertTrue(pool.supportsInterface(0xe3bc4e65), "operators of ERC-7540");
        assertTrue(pool.supportsInterface(0x620ee8e4), "asynchronous redemption of ERC-7540");
        assertTrue(!pool.supportsInterface(0xce3bbe50), "no asynchronous deposit");
        assertTrue(!pool.supportsInterface(0xffffffff), "no such interface");
        assertTrue(pool.share() == address(pool), "the token of the shares");
    }

    // PARTS

    /// @dev A pool somewhere in its life.
    function _history(uint256 seed, bool settled) private {
        uint256 n = uint256(keccak256(abi.encode(seed)));
        if (n % 5 == 0) return; // nobody has come yet
        _enter(OTHER, (1_000 + (n % 9_000)) * _unit);
        if ((n >> 8) % 4 != 0) {
            uint256 price = 500 * _unit;
            listFor(_machine, ownerAt(0), address(_asset), uint96(price));
            pool.buyMachine(_machine);
            for (uint256 day = 0; day < (n >> 16) % 4; ++day) {
                win(MINER, (n >> 24) % (3 * MINER_PER_DAY));
                nextFrame();
                pool.settle();
            }
            if ((n >> 32) % 3 == 0) {
                vestAll(MINER);
                nft.harvest(MINER);
                pool.collect(one(_machine));
            }
            if ((n >> 40) % 3 == 0) {
                uint64 weight = uint64((n >> 48) % NFT_POWER);
                attest(MINER, _machine, weight);
                attest(MINER, _machine, weight);
            }
        }
        if ((n >> 112) % 2 == 0) {
            uint256 shares = pool.balanceOf(OTHER) / (1 + ((n >> 120) % 3));
            vm.prank(OTHER);
            pool.exit(shares, OTHER, 0);
        }
        if (settled) pool.settle();
        else vm.roll(block.number + ((n >> 128) % (5 * uint256(DAY))));
    }

    function _request(uint256 seed, uint256 part) private returns (uint256 id, uint256 shares, uint256 had) {
        _history(seed, true);
        had = _enter(WHO, 2 * _amount(part));
        shares = had - (had * (part % 500)) / 1_000;
        (, , uint256 worth) = pool.previewExit(shares);
        if (worth < _unit) shares = had; // less than a unit only if it is all
        uint256 next = _nextId();
        vm.expectEmit(address(pool));
        emit IERC7540.RedeemRequest(WHO, WHO, next, WHO, shares);
        vm.prank(WHO);
        id = pool.requestRedeem(shares, WHO, WHO);
        assertEq(id, next, "requests are numbered");
    }

    /// @dev Requests so far, and one.
    function _nextId() private view returns (uint256 id) {
        for (id = 1; pool.ticketOf(id).controller != address(0);) ++id;
    }

    function _states(uint256 id, address who) private view returns (uint256 pending, uint256 claimable) {
        return (pool.pendingRedeemRequest(id, who), pool.claimableRedeemRequest(id, who));
    }

    function _enter(address who, uint256 amount) private returns (uint256 shares) {
        _get(who, amount);
        vm.prank(who);
        return pool.deposit(amount, who);
    }

    /// @dev Gives somebody assets, and the pool an allowance of them. Returns what it has now.
    function _get(address who, uint256 amount) private returns (uint256 all) {
        if (pool.IS_FIL()) {
            vm.deal(who, amount);
            vm.prank(who);
            wfil.deposit{ value: amount }();
        } else {
            coin.mint(who, amount);
        }
        vm.prank(who);
        _asset.approve(address(pool), type(uint256).max);
        return _asset.balanceOf(who);
    }

    function _try(address who, bytes memory data) private returns (bool done) {
        vm.prank(who);
        (done, ) = address(pool).call(data);
    }

    /// @dev From one unit to a million, each magnitude as likely.
    function _amount(uint256 draw) private view returns (uint256) {
        uint256 amount = _unit << (draw % 20);
        return amount + ((draw >> 8) % amount);
    }
}

contract JointStandardsOfFilTest is JointStandardsTest {
    function makePool() internal override {
        startPool(2);
    }
}

contract JointStandardsOf6DecimalsTest is JointStandardsTest {
    function makePool() internal override {
        startCoinPool(2, 6);
    }
}

contract JointStandardsOf18DecimalsTest is JointStandardsTest {
    function makePool() internal override {
        startCoinPool(2, 18);
    }
}
