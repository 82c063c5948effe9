// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { Slots } from "../power/Slots.sol";
import { Tokens } from "../power/Token.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { Rooms } from "./Rooms.sol";

/// @dev The most open tickets of a controller: a claim may go through all of them.
uint256 constant OPEN_TICKETS = 16;

/// @dev A point of the line: so many shares were paid since the beginning, for so much. One storage slot.
struct Point {
    uint128 shares;
    uint128 assets;
}

/// @dev A request to redeem. Only even slots are used.
struct Entry {
    // slot 0
    address controller;
    /// @notice The next open ticket of the same controller; 0: the last.
    uint64 next;
    uint256 _odd1;
    // slot 2: its place among all shares that ever queued
    uint128 start;
    uint128 shares;
    uint256 _odd3;
    // slot 4: what was claimed of it
    uint128 claimed;
    uint128 taken;
}

/// @dev Open tickets of a controller. One storage slot.
struct Chain {
    uint64 first;
    uint64 last;
    uint64 count;
}

/// @dev Everybody who waits.
struct Line {
    // slot 0: shares that queued, and that were paid, since the beginning
    uint128 queued;
    uint128 paid;
    // then
    uint64 count;
    Point[] points;
}

/// @title First in, first out (R-JMP-5)
/// @notice All shares that ever queued lie on one line; paying moves a mark along it, and each payment leaves a point of
/// shares and money. A ticket's money is the difference of two places on the line: a payment costs the same however many
/// wait, and nobody can be passed. Claims are apart from the pool, whose size is
/// limited.
library Queue {
    using SafeCast for uint256;

    /// @notice A request, whether it exists or not: numbers count from 1 and never reach 2^63.
    function entryOf(uint256 requestId) internal pure returns (Entry storage entry) {
        uint256 slot = Slots.at(Rooms.ENTRY, Tokens.key(requestId));
        assembly ("memory-safe") {
            entry.slot := slot
        }
    }

    /// @notice Open requests of a controller.
    function chainOf(address controller) internal pure returns (Chain storage chain) {
        uint256 slot = Slots.at(Rooms.CHAIN, controller);
        assembly ("memory-safe") {
            chain.slot := slot
        }
    }

    /// @notice Shares that wait.
    function waiting(Line storage line) internal view returns (uint256) {
        return line.queued - line.paid;
    }

    /// @notice Puts shares at the end.
    /// @return requestId Its number, from 1.
    function add(Line storage line, address controller, uint256 shares) internal returns (uint256 requestId) {
        Chain storage chain = chainOf(controller);
        if (chain.count == OPEN_TICKETS) revert IJointMiningPool.TooManyTickets(controller, OPEN_TICKETS);
        requestId = ++line.count;
        Entry storage entry = entryOf(requestId);
        entry.controller = controller;
        entry.start = line.queued;
        entry.shares = shares.toUint128();
        line.queued = (uint256(line.queued) + shares).toUint128();
        if (chain.count == 0) chain.first = uint64(requestId);
        else entryOf(chain.last).next = uint64(requestId);
        chain.last = uint64(requestId);
        ++chain.count;
    }

    /// @notice Pays the first ones.
    /// @param shares At most those that wait.
    function pay(Line storage line, uint256 shares, uint256 assets) internal {
        uint256 length = line.points.length;
        uint256 sum = assets + (length == 0 ? 0 : line.points[length - 1].assets);
        line.paid = (line.paid + shares).toUint128();
        line.points.push(Point(line.paid, sum.toUint128()));
    }

    /// @notice What a ticket can be paid now: shares, and what they brought, rounded down.
    function claimable(Line storage line, uint256 requestId) internal view returns (uint256 shares, uint256 assets) {
        Entry storage entry = entryOf(requestId);
        uint256 paid = _paidOf(line, entry);
        shares = paid - entry.claimed;
        if (shares != 0) {
            assets = _assetsAt(line, entry.start + paid) - _assetsAt(line, entry.start) - entry.taken;
        }
    }

    /// @notice Shares of a ticket that still wait, and those before it.
    function pending(Line storage line, uint256 requestId) internal view returns (uint256 shares, uint256 ahead) {
        Entry storage entry = entryOf(requestId);
        shares = entry.shares - _paidOf(line, entry);
        if (line.paid < entry.start) ahead = entry.start - line.paid;
    }

    /// @notice A ticket as people see it.
    function ticketOf(
        Line storage line,
        uint256 requestId
    ) external view returns (IJointMiningPool.Ticket memory ticket) {
        Entry storage entry = entryOf(requestId);
        if (entry.controller == address(0)) return ticket;
        ticket.controller = entry.controller;
        ticket.shares = entry.shares;
        ticket.claimed = entry.claimed;
        (ticket.pending, ticket.ahead) = pending(line, requestId);
        (ticket.claimable, ticket.assets) = claimable(line, requestId);
    }

    /// @notice Open tickets of a controller, oldest first.
    function ticketsOf(address controller) external view returns (uint256[] memory ids) {
        ids = new uint256[](chainOf(controller).count);
        uint256 id = chainOf(controller).first;
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = id;
            id = entryOf(id).next;
        }
    }

    /// @notice What the ticket of a controller can be paid, or waits for: shares; 0 when it is another's.
    function requestOf(
        Line storage line,
        uint256 requestId,
        address controller
    ) external view returns (uint256 waits, uint256 payable_) {
        if (entryOf(requestId).controller != controller) return (0, 0);
        (waits, ) = pending(line, requestId);
        (payable_, ) = claimable(line, requestId);
    }

    /// @notice The same over all open tickets of a controller.
    function claimableOf(Line storage line, address controller) external view returns (uint256 shares, uint256 assets) {
        for (uint256 id = chainOf(controller).first; id != 0; id = entryOf(id).next) {
            (uint256 some, uint256 money) = claimable(line, id);
            if (some == 0) break; // those behind it were not paid either
            shares += some;
            assets += money;
        }
    }

    /// @notice Claims shares of a controller's tickets, oldest first.
    /// @return assets What they brought, rounded down.
    function claimShares(Line storage line, address controller, uint256 shares) external returns (uint256 assets) {
        uint256 left = shares;
        while (left != 0) {
            uint256 id = chainOf(controller).first;
            (uint256 some, uint256 money) = id == 0 ? (0, 0) : claimable(line, id);
            if (some == 0) revert IJointMiningPool.NotClaimable(shares, shares - left);
            if (left < some) (some, money) = (left, Math.mulDiv(money, left, some));
            _claim(controller, id, some, money);
            left -= some;
            assets += money;
        }
    }

    /// @notice Claims an amount from a controller's tickets, oldest first.
    /// @return shares Of which it is the money, rounded up.
    function claimAssets(Line storage line, address controller, uint256 assets) external returns (uint256 shares) {
        uint256 left = assets;
        while (left != 0) {
            uint256 id = chainOf(controller).first;
            (uint256 some, uint256 money) = id == 0 ? (0, 0) : claimable(line, id);
            if (some == 0) revert IJointMiningPool.NotClaimable(assets, assets - left);
            if (left < money) (some, money) = (Math.mulDiv(some, left, money, Math.Rounding.Ceil), left);
            _claim(controller, id, some, money);
            left -= money;
            shares += some;
        }
    }

    function _claim(address controller, uint256 id, uint256 shares, uint256 assets) private {
        Entry storage entry = entryOf(id);
        entry.claimed += uint128(shares);
        entry.taken += uint128(assets);
        if (entry.claimed != entry.shares) return;
        Chain storage chain = chainOf(controller);
        chain.first = entry.next;
        --chain.count;
        Slots.clear(Slots.at(Rooms.ENTRY, Tokens.key(id)), 6);
    }

    function _paidOf(Line storage line, Entry storage entry) private view returns (uint256) {
        if (line.paid <= entry.start) return 0;
        return Math.min(line.paid - entry.start, entry.shares);
    }

    /// @dev What all shares up to a place were paid, evenly between two points, rounded down.
    /// @param place At most `line.paid`.
    function _assetsAt(Line storage line, uint256 place) private view returns (uint256) {
        if (place == 0) return 0;
        uint256 low = 0;
        uint256 high = line.points.length - 1;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (line.points[middle].shares < place) low = middle + 1;
            else high = middle;
        }
        Point memory to = line.points[low];
        if (to.shares == place) return to.assets;
        Point memory from = low == 0 ? Point(0, 0) : line.points[low - 1];
        return from.assets + Math.mulDiv(to.assets - from.assets, place - from.shares, to.shares - from.shares);
    }
}
