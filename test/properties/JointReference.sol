// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "./Test.sol";

/// @title A pool's queue, deposits and utilisation by brute force
/// @notice Every payment goes through all tickets one by one; every stretch of time is added up when it passes. Money of
/// tickets is kept as attoFIL * 2^64, and rounded down by less than 2^-64 attoFIL at each payment.
contract JointReference is Test {
    uint256 private constant BITS = 64;
    uint256 private constant ONE = 1e18;

    struct Ticket {
        address controller;
        uint256 shares;
        uint256 paid;
        /// @dev attoFIL * 2^64.
        uint256 money;
        uint256 claimed;
        /// @dev attoFIL.
        uint256 taken;
    }

    Ticket[] private _tickets;
    /// @notice Deposits at their original amounts, less those of people who left.
    uint256 public deposits;
    /// @dev U, since when, and its sum over epochs since the last settling.
    uint256 private _u;
    uint256 private _span;
    uint256 private _sum;

    // THE QUEUE

    function tickets() external view returns (uint256) {
        return _tickets.length;
    }

    function queue(address controller, uint256 shares) external {
        _tickets.push(Ticket(controller, shares, 0, 0, 0, 0));
    }

    function pay(uint256 shares, uint256 assets) external {
        uint256 left = shares;
        for (uint256 i = 0; i < _tickets.length && left != 0; ++i) {
            Ticket storage ticket = _tickets[i];
            uint256 some = ticket.shares - ticket.paid;
            if (some == 0) continue;
            if (some > left) some = left;
            ticket.paid += some;
            ticket.money += ((assets << BITS) / shares) * some + (((assets << BITS) % shares) * some) / shares;
            left -= some;
        }
        assertEq(left, 0, "nobody is paid who does not wait");
    }

    /// @notice A controller claimed so many shares, oldest first, for so much.
    function claim(address controller, uint256 shares, uint256 assets) external {
        uint256 left = shares;
        uint256 most = 0;
        for (uint256 i = 0; i < _tickets.length && left != 0; ++i) {
            Ticket storage ticket = _tickets[i];
            if (ticket.controller != controller || ticket.paid == ticket.claimed) continue;
            uint256 ready = ticket.paid - ticket.claimed;
            uint256 some = ready < left ? ready : left;
            uint256 money = (ticket.money >> BITS) - ticket.taken;
            uint256 part = some == ready ? money : (money * some) / ready;
            most += part + 2;
            ticket.claimed += some;
            ticket.taken += part;
            left -= some;
        }
        assertEq(left, 0, "nobody claims what was not paid");
        assertLe(assets, most, "a claim brings no more than was paid for it");
    }

    /// @notice What is left of a ticket that was claimed in part, as the pool says: off by the price of a share at most.
    function agree(uint256 id, uint256 assets) external {
        Ticket storage ticket = _tickets[id - 1];
        uint256 money = ticket.money >> BITS;
        uint256 off = ticket.paid == 0 ? 0 : money / ticket.paid + 4;
        assertLe(assets, money - ticket.taken + off, "what is left of a ticket");
        assertGe(assets + off, money - ticket.taken, "what is left of a ticket");
        ticket.taken = money > assets ? money - assets : 0;
    }

    function ticketOf(
        uint256 id
    ) external view returns (address controller, uint256 pending, uint256 claimable, uint256 assets) {
        Ticket storage ticket = _tickets[id - 1];
        controller = ticket.controller;
        pending = ticket.shares - ticket.paid;
        claimable = ticket.paid - ticket.claimed;
        // of one that was claimed in full nothing is left, however its parts were rounded
        assets = ticket.claimed == ticket.shares ? 0 : (ticket.money >> BITS) - ticket.taken;
    }

    // DEPOSITS

    function enter(uint256 assets) external {
        deposits += assets;
    }

    function leave(uint256 shares, uint256 supply) external {
        if (shares != 0) deposits -= (deposits * shares) / supply;
    }

    // UTILISATION

    function utilise(uint256 openCost) external {
        if (openCost == 0) _u = 0;
        else _u = openCost >= deposits ? ONE : (openCost * ONE) / deposits;
    }

    function pass(uint256 epochs) external {
        _sum += _u * epochs;
        _span += epochs;
    }

    function settled() external {
        (_sum, _span) = (0, 0);
    }

    /// @notice The mean of U since the last settling.
    function mean() external view returns (uint256) {
        return _span == 0 ? _u : _sum / _span;
    }
}
