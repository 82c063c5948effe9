// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC4626 } from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { Book, DAY, FEE_BPS } from "./Book.sol";
import { Slots } from "../power/Slots.sol";
import { Entering } from "./Entering.sol";
import { IERC7540 } from "./IERC7540.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { Pricing } from "./Pricing.sol";
import { Line, OPEN_TICKETS, Queue } from "./Queue.sol";
import { Rooms } from "./Rooms.sol";

/// @dev Whether somebody may act for another. One storage slot.
struct Right {
    bool allowed;
}

/// @title Leaving, at the lower price (R-JMP-4, R-JMP-5)
/// @notice Escrowed shares lie with the pool and share in income and loss until they are paid; then they are burned, and
/// their money is put aside.
abstract contract Leaving is Entering {
    using Pricing for Book;
    using Queue for Line;
    using SafeCast for uint256;

    /// @inheritdoc IJointMiningPool
    uint256 public constant EXIT_FEE_BPS = FEE_BPS;
    /// @inheritdoc IJointMiningPool
    uint256 public constant MAX_TICKETS = OPEN_TICKETS;

    Line internal _line;

    /// @inheritdoc IJointMiningPool
    function exit(
        uint256 shares,
        address receiver,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets, uint256 requestId) {
        (assets, requestId) = _exit(shares, receiver, minAssets);
        _give(receiver, assets);
    }

    /// @inheritdoc IJointMiningPool
    function exitToFil(
        uint256 shares,
        address receiver,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets, uint256 requestId) {
        _requireFilPool();
        (assets, requestId) = _exit(shares, receiver, minAssets);
        _giveFil(receiver, assets);
    }

    /// @inheritdoc IERC7540
    function requestRedeem(
        uint256 shares,
        address controller,
        address owner
    ) external nonReentrant returns (uint256 requestId) {
        if (msg.sender != owner && !isOperator(owner, msg.sender)) _spendAllowance(owner, msg.sender, shares);
        if (controller != owner && controller != msg.sender && !isOperator(controller, msg.sender)) {
            revert NotAuthorised(msg.sender, controller);
        }
        _checkLeast(shares, owner);
        _transfer(owner, address(this), shares);
        requestId = _line.add(controller, shares);
        emit RedeemRequest(controller, owner, requestId, msg.sender, shares);
        _pay();
    }

    /// @inheritdoc IERC4626
    function redeem(
        uint256 shares,
        address receiver,
        address controller
    ) external nonReentrant returns (uint256 assets) {
        assets = _claim(shares, receiver, controller);
        _give(receiver, assets);
    }

    /// @inheritdoc IJointMiningPool
    function redeemToFil(
        uint256 shares,
        address receiver,
        address controller
    ) external nonReentrant returns (uint256 assets) {
        _requireFilPool();
        assets = _claim(shares, receiver, controller);
        _giveFil(receiver, assets);
    }

    /// @inheritdoc IERC4626
    function withdraw(
        uint256 assets,
        address receiver,
        address controller
    ) external nonReentrant returns (uint256 shares) {
        _checkClaim(receiver, controller);
        shares = _line.claimAssets(controller, assets);
        _claimed(receiver, controller, assets, shares);
        _give(receiver, assets);
    }

    /// @inheritdoc IERC7540
    function setOperator(address operator, bool approved) external returns (bool) {
        _operator(msg.sender, operator).allowed = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /// @inheritdoc IJointMiningPool
    function payTickets() external nonReentrant returns (uint256 shares, uint256 assets) {
        return _pay();
    }

    /// @inheritdoc IJointMiningPool
    function previewExit(uint256 shares) external view returns (uint256 assets, uint256 waits, uint256 worth) {
        uint256 supply = totalSupply();
        uint256 lower = _lower();
        (worth, ) = Pricing.worthOf(shares, supply, lower);
        uint256 all = shares + _line.waiting();
        uint256 paid = Pricing.affordable(all, _bookOf.cash, supply, lower);
        uint256 now_ = paid > all - shares ? paid - (all - shares) : 0;
        (assets, ) = Pricing.worthOf(now_, supply, lower);
        waits = assets == 0 ? shares : shares - now_;
    }

    /// @inheritdoc IJointMiningPool
    function ticketOf(uint256 requestId) external view returns (Ticket memory) {
        return _line.ticketOf(requestId);
    }

    /// @inheritdoc IJointMiningPool
    function ticketsOf(address controller) external view returns (uint256[] memory) {
        return Queue.ticketsOf(controller);
    }

    /// @inheritdoc IJointMiningPool
    function estimatedWait(uint256 requestId) external view returns (uint256 epochs) {
        if (Queue.entryOf(requestId).controller == address(0)) revert UnknownTicket(requestId);
        (uint256 shares, uint256 ahead) = _line.pending(requestId);
        if (shares == 0) return 0;
        (uint256 needed, ) = Pricing.worthOf(shares + ahead, totalSupply(), _lower());
        if (needed <= _bookOf.cash) return 0;
        uint256 perDay = Pricing.toAsset(_bookOf.expectedPerDay, _env().lastPrice);
        if (perDay == 0) return type(uint256).max;
        return Math.ceilDiv((needed - _bookOf.cash) * DAY, perDay);
    }

    /// @inheritdoc IERC7540
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares) {
        (shares, ) = _line.requestOf(requestId, controller);
    }

    /// @inheritdoc IERC7540
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares) {
        (, shares) = _line.requestOf(requestId, controller);
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address controller) external view returns (uint256 shares) {
        (shares, ) = _line.claimableOf(controller);
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address controller) external view returns (uint256 assets) {
        (, assets) = _line.claimableOf(controller);
    }

    /// @inheritdoc IERC4626
    function previewRedeem(uint256) external pure returns (uint256) {
        revert AsyncRedeem();
    }

    /// @inheritdoc IERC4626
    function previewWithdraw(uint256) external pure returns (uint256) {
        revert AsyncRedeem();
    }

    /// @inheritdoc IERC7540
    function isOperator(address controller, address operator) public view returns (bool) {
        return _operator(controller, operator).allowed;
    }

    /// @inheritdoc IERC7540
    function share() external view returns (address) {
        return address(this);
    }

    /// @dev Pays as many waiting shares as cash allows, all at one price.
    function _pay() internal returns (uint256 shares, uint256 assets) {
        shares = _line.waiting();
        if (shares == 0 || !isSettled()) return (0, 0);
        uint256 supply = totalSupply();
        uint256 lower = _lower();
        uint256 cash = _bookOf.cash;
        shares = Pricing.affordable(shares, cash, supply, lower);
        uint256 fee;
        (assets, fee) = Pricing.worthOf(shares, supply, lower);
        if (assets == 0) return (0, 0);
        _leave(shares, supply, assets, fee);
        _bookOf.claimable = (_bookOf.claimable + assets).toUint96();
        _line.pay(shares, assets);
        _burn(address(this), shares);
        emit TicketsPaid(shares, assets, _line.waiting());
    }

    /// @dev Pays what cash allows at once, if nobody waits; the rest becomes a ticket.
    function _exit(
        uint256 shares,
        address receiver,
        uint256 minAssets
    ) private returns (uint256 assets, uint256 requestId) {
        _checkReceiver(receiver);
        _settleIfDue();
        _checkLeast(shares, msg.sender);
        if (_line.waiting() != 0) _pay();
        uint256 supply = totalSupply();
        uint256 lower = _lower();
        (uint256 worth, ) = Pricing.worthOf(shares, supply, lower);
        if (worth < minAssets) revert TooFewAssets(worth, minAssets);
        uint256 now_ = _line.waiting() == 0 ? Pricing.affordable(shares, _bookOf.cash, supply, lower) : 0;
        uint256 fee;
        (assets, fee) = Pricing.worthOf(now_, supply, lower);
        if (assets == 0) now_ = 0;
        if (now_ != 0) {
            _leave(now_, supply, assets, fee);
            _burn(msg.sender, now_);
            emit Withdraw(msg.sender, receiver, msg.sender, assets, now_);
        }
        if (now_ == shares) return (assets, 0);
        _transfer(msg.sender, address(this), shares - now_);
        requestId = _line.add(msg.sender, shares - now_);
        emit RedeemRequest(msg.sender, msg.sender, requestId, msg.sender, shares - now_);
    }

    /// @dev Writes that shares leave for so much; the fee is held back, so that it lifts nobody's price today.
    function _leave(uint256 shares, uint256 supply, uint256 assets, uint256 fee) private {
        _bookOf.tick();
        _bookOf.holdBack(fee, _policy.releaseFrames);
        _bookOf.cash -= uint96(assets);
        _bookOf.deposits -= uint96(Math.mulDiv(_bookOf.deposits, shares, supply));
    }

    function _claim(uint256 shares, address receiver, address controller) private returns (uint256 assets) {
        _checkClaim(receiver, controller);
        assets = _line.claimShares(controller, shares);
        _claimed(receiver, controller, assets, shares);
    }

    function _checkClaim(address receiver, address controller) private view {
        _checkReceiver(receiver);
        if (msg.sender != controller && !isOperator(controller, msg.sender)) {
            revert NotAuthorised(msg.sender, controller);
        }
    }

    function _claimed(address receiver, address controller, uint256 assets, uint256 shares) private {
        _bookOf.claimable -= uint96(assets);
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
    }

    /// @dev Nobody leaves with less than one unit, unless it is all that it has.
    function _checkLeast(uint256 shares, address owner) private view {
        uint256 all = balanceOf(owner);
        if (shares == all && shares != 0) return;
        (uint256 worth, ) = Pricing.worthOf(shares, totalSupply(), _lower());
        if (worth < MIN_DEPOSIT) revert BelowMinimum(worth, MIN_DEPOSIT);
    }

    function _operator(address controller, address operator) private pure returns (Right storage right) {
        uint256 slot = Slots.ofPair(Rooms.OPERATOR, controller, operator);
        assembly ("memory-safe") {
            right.slot := slot
        }
    }
}
