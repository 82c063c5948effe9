// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IJointMiningPool } from "./IJointMiningPool.sol";
import { IPowerNFT } from "../power/IPowerNFT.sol";

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

/// @dev The pool's accounts. Amounts are of the asset where nothing else is said.
struct Book {
    // slot 0: what each entry and exit changes
    uint96 cash;
    /// @notice What was held back from leavers at `heldFrom`; it is released evenly until `heldUntil`.
    uint96 heldBack;
    uint32 heldFrom;
    uint32 heldUntil;
    // slot 1: the same
    uint96 deposits;
    /// @notice U times epochs from the last settling to `utilisedAt`, 10^18 for 1.
    uint96 utilisationTime;
    uint32 utilisedAt;
    uint32 settledAt;
    // slot 2
    uint128 machinesUpper;
    uint128 machinesLower;
    // slot 3: attoFIL
    int128 receivables;
    int128 soundReceivables;
    // slot 4
    uint96 openCost;
    /// @notice attoFIL.
    uint96 expectedPerDay;
    uint16 machines;
    // slot 5
    uint96 claimable;
    /// @notice attoFIL; 0 in a pool over WFIL.
    uint96 unsoldFil;
    // slot 6
    /// @notice Unpaid cost behind weights that one report has lowered and the next has not confirmed.
    uint96 doubtful;
    /// @notice Spent on machines in the frame `spentIn`.
    uint96 spent;
    uint32 spentIn;
    // slot 7
    /// @notice What the network expected of 2^50 bytes of QAP for one day when it last answered, attoFIL.
    uint128 perPiB;
    /// @notice What one FIL counted for entrants at the last booking, in the asset.
    uint128 filPrice;
    // then
    uint256[] ids;
    mapping(uint256 id => Rig) rigs;
}

/// @dev A machine of the pool, or one that it had.
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
    // slot 1
    uint96 cost;
    uint96 unpaid;
    uint64 boughtWeight;
    // slot 2: as of the last settling
    /// @notice attoFIL.
    uint96 earned;
    uint96 guaranteeDue;
    /// @notice Bytes; at most `boughtWeight`.
    uint64 weight;
    // slot 3: its parts of the book's sums
    uint96 upper;
    uint96 lower;
    uint32 idleSince;
    // slot 4
    uint96 perDay;
    uint96 openCost;
    // slot 5
    uint96 doubtful;
    // slot 6: its income at two epochs: the earlier one is 30 days back at least, or at epoch 0 where none is
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
