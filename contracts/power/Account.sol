// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { IncomeLedger, Line } from "./IncomeLedger.sol";
import { Slots } from "./Slots.sol";

/// @dev Epochs between two expiry dates: 30 days of 2,880 epochs. Date n is epoch n * EXPIRY_GRID.
uint64 constant EXPIRY_GRID = 86_400;

/// @dev The default of the factor from the growth of a bucket pair to gross rewards: 180 daily steps / 75 % locked.
uint16 constant DEFAULT_REWARD_FACTOR = 240;

/// @dev A pair measures exactly while every reward's steps have begun at its first bucket: one day of the first step,
/// half a day of rounding (epochs).
uint64 constant PAIR_LEAD = 4_320;

/// @dev The span of a reward's vesting, epochs: 180 days.
uint64 constant VESTING_SPAN = 518_400;

/// @dev Between the two buckets of a pair, epochs: half a day.
uint64 constant BUCKET_STEP = 1_440;

/// @dev From the sync deadline until measuring may be given up, epochs: the pair has left the vesting table by then.
uint64 constant GIVE_UP_DELAY = 3 * PAIR_LEAD;

/// @dev NFTs that end at one date. Only even slots are used.
struct Expiry {
    // slot 0
    /// @notice Sum of their weights, bytes of QAP.
    uint64 weight;
    /// @notice Sum of weight * payBps.
    uint80 units;
    /// @notice Sum of their nominal power, bytes.
    uint64 nominalPower;
    /// @notice How many there are.
    uint32 count;
    /// @notice Whether the date was passed by a sync; the weights above are then off the line.
    bool closed;
    uint256 _odd1;
    // slot 2
    /// @notice Once closed: the place on the line where income ended, attoFIL * 2^64 for each byte.
    uint160 perByteAtEnd;
}

/// @dev What is kept of one miner. Only even slots are used.
struct Account {
    // slot 0
    /// @notice The epoch up to which income is measured; 0 before the first sync.
    uint32 lastSync;
    /// @notice The first bucket of the pair that the next sync reads; 0 while the vesting table is empty.
    uint32 pairEpoch;
    /// @notice What the pair held at the last sync, attoFIL.
    uint96 pairSum;
    /// @notice The miner's QAP at the last sync, bytes.
    uint80 qap;
    /// @notice Gross rewards per growth of the pair, as it was when the pair was chosen: a change is never retroactive.
    /// 0 after measuring was given up: the next sync counts nothing and measures afresh.
    uint16 factor;
    uint256 _odd1;
    // slot 2
    /// @notice Sum of the weights of NFTs that are alive, bytes.
    uint64 weight;
    /// @notice Sum of weight * payBps of NFTs that are alive.
    uint80 units;
    /// @notice Sum of the nominal power of NFTs that are alive, bytes.
    uint64 nominalPower;
    /// @notice NFTs that have not reached their expiry.
    uint32 living;
    /// @notice Whether any NFT was ever minted with a guarantee: only then there is a second line to look at.
    bool guaranteed;
    uint256 _odd3;
    // slot 4
    /// @notice All rewards measured, attoFIL.
    uint96 rewards;
    /// @notice Income that was owed but went elsewhere, attoFIL (R-LED-8).
    uint96 arrears;
    uint256 _odd5;
    // slot 6
    /// @notice When nothing was last owed: 95 % of rewards - covered mark - wealth, attoFIL. Wealth is the vesting table +
    /// what was liquid (available balance and the vault's cash), as far as the debt of that moment.
    int128 levelWhenClear;
    uint256 _odd7;
    // slots 8, 10, 12
    /// @notice The line of earned income.
    Line earned;
}

/// @title Where accounts lie, and what follows from one alone
library Accounts {
    using IncomeLedger for Line;

    /// @notice The account of a miner.
    function at(uint64 minerId) internal pure returns (Account storage account) {
        uint256 slot = Slots.at(Slots.ACCOUNT, minerId);
        assembly ("memory-safe") {
            account.slot := slot
        }
    }

    /// @notice The line of a miner's earned income.
    function line(uint64 minerId) internal view returns (Line storage) {
        return at(minerId).earned;
    }

    /// @notice What ends at a date.
    function expiryOf(uint64 minerId, uint256 date) internal pure returns (Expiry storage expiry) {
        uint256 slot = Slots.at(Slots.EXPIRY, minerId, date);
        assembly ("memory-safe") {
            expiry.slot := slot
        }
    }

    /// @notice Owed income that went elsewhere, attoFIL (R-LED-8). Cash that came since the last sync counts.
    function currentArrears(Account storage account) internal view returns (uint256) {
        return Math.min(account.arrears, account.earned.owed());
    }

    /// @notice The last epoch at which a sync still measures exactly.
    function syncDeadline(Account storage account) internal view returns (uint64) {
        if (account.lastSync == 0) return 0;
        uint64 pair = account.pairEpoch;
        // an empty table: the earliest pair that any class of buckets can bring
        if (pair == 0) pair = account.lastSync + VESTING_SPAN - 2 * BUCKET_STEP;
        return pair - PAIR_LEAD;
    }
}
