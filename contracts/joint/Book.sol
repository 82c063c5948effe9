// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "../power/IPowerNFT.sol";
import { Slots } from "../power/Slots.sol";
import { Tokens } from "../power/Token.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { Rooms } from "./Rooms.sol";

/// @dev Basis points in the whole.
uint256 constant BPS = 10_000;
/// @dev 1 of U; and the attoFIL of one FIL.
uint256 constant ONE = 1e18;
/// @dev Epochs of a frame: a day.
uint256 constant DAY = 2_880;
/// @dev Epochs over which income is measured at least before it counts: 30 days (R-INC-7).
uint256 constant MEASURED_FOR = 30 * DAY;
/// @dev Shares that nobody holds: whoever inflates the price of a share pays for all of these too.
uint256 constant VIRTUAL_SHARES = 1e6;
/// @dev What stays of a leaver's money (0.1 %).
uint256 constant FEE_BPS = 10;
/// @dev The most machines: each is read when the pool settles.
uint256 constant MACHINES = 64;
/// @dev Epochs without power until a loss is final: 42 days, after which the chain ends a faulty sector.
uint64 constant LOSS_DELAY = 120_960;

/// @dev The pool's accounts. Amounts are of the asset where nothing else is said. Only even slots are used, see Slots.
struct Book {
    // slot 0: what each entry and exit changes
    uint96 cash;
    /// @notice What was held back from leavers at `heldFrom`; it is released evenly until `heldUntil`.
    uint96 heldBack;
    uint32 heldFrom;
    uint32 heldUntil;
    uint256 _odd1;
    // slot 2: the same
    uint96 deposits;
    /// @notice U times epochs from the last settling to `utilisedAt`, 10^18 for 1.
    uint96 utilisationTime;
    uint32 utilisedAt;
    uint32 settledAt;
    uint256 _odd3;
    // slot 4
    uint128 machinesUpper;
    uint128 machinesLower;
    uint256 _odd5;
    // slot 6: attoFIL
    int128 receivables;
    int128 soundReceivables;
    uint256 _odd7;
    // slot 8
    uint96 openCost;
    /// @notice attoFIL.
    uint96 expectedPerDay;
    uint16 machines;
    uint256 _odd9;
    // slot 10
    uint96 claimable;
    /// @notice attoFIL; 0 in a pool over WFIL.
    uint96 unsoldFil;
    uint256 _odd11;
    // slot 12
    /// @notice Unpaid cost behind weights that one report has lowered and the next has not confirmed.
    uint96 doubtful;
    /// @notice Spent on machines in the frame `spentIn`.
    uint96 spent;
    uint32 spentIn;
    uint256 _odd13;
    // slot 14
    /// @notice What the network expected of 2^50 bytes of QAP for one day when it last answered, attoFIL.
    uint128 perPiB;
    /// @notice What one FIL counted for entrants at the last booking, in the asset.
    uint128 filPrice;
    uint256 _odd15;
    // then
    uint256[] ids;
}

/// @dev A machine of the pool, or one that it had. Only even slots are used.
struct Rig {
    // slot 0: fixed when it is bought
    uint64 minerId;
    uint64 provider;
    uint64 nominalPower;
    uint32 expiry;
    /// @notice The part of income that is the holder's, after both fees, basis points.
    uint16 payBps;
    /// @notice Its place in `ids`, from 1; 0: the pool's no more.
    uint16 place;
    uint256 _odd1;
    // slot 2
    uint96 cost;
    uint96 unpaid;
    uint64 boughtWeight;
    uint256 _odd3;
    // slot 4: as of the last settling
    /// @notice attoFIL.
    uint96 earned;
    uint96 guaranteeDue;
    /// @notice Bytes; at most `boughtWeight`.
    uint64 weight;
    uint256 _odd5;
    // slot 6: its parts of the book's sums
    uint96 upper;
    uint96 lower;
    uint32 idleSince;
    uint256 _odd7;
    // slot 8
    uint96 perDay;
    uint96 openCost;
    uint256 _odd9;
    // slot 10
    uint96 doubtful;
    uint256 _odd11;
    // slot 12: its income at two epochs: the earlier one is 30 days back at least, or at epoch 0 where none is
    uint96 windowEarned;
    uint32 windowAt;
    uint96 nextEarned;
    uint32 nextAt;
}

/// @dev What the libraries need to know of the pool.
struct Env {
    IPowerNFT nft;
    address market;
    /// @notice The asset among the market's coins: zero for FIL.
    address coin;
    /// @notice What entrants pay for one FIL, in the asset; and what counts for bids and for leavers.
    uint256 lastPrice;
    uint256 cautiousPrice;
    IJointMiningPool.Policy policy;
}

/// @title Where machines lie
library Rigs {
    /// @notice The machine of an NFT, whether it is one or not: ids count from 1 and never reach 2^63.
    function at(uint256 id) internal pure returns (Rig storage rig) {
        uint256 slot = Slots.at(Rooms.RIG, Tokens.key(id));
        assembly ("memory-safe") {
            rig.slot := slot
        }
    }

    /// @notice Forgets a machine.
    function forget(uint256 id) internal {
        Slots.clear(Slots.at(Rooms.RIG, Tokens.key(id)), 14);
    }
}
