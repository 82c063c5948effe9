// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManaged } from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import { IPowerNFT } from "../power/IPowerNFT.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { PolicyRange } from "./PolicyRange.sol";

/// @title What governance may change of a pool, and how far (R-GOV-1, R-JMP-6)
/// @notice Each setter belongs to a role of the AccessManager and has a hard range here. That a guarantee covers the price
/// of a machine, and that a miner keeps a fifth of its power, is nobody's to change.
abstract contract PoolParameters is AccessManaged, IJointMiningPool {
    /// @dev The longest pause, epochs: 7 days.
    uint64 private constant MAX_PAUSE = 20_160;
    /// @dev From the start of a pause to the earliest start of the next, epochs: 30 days.
    uint64 private constant PAUSE_INTERVAL = 86_400;

    /// @dev One slot.
    Policy internal _policy;
    /// @dev One slot: 0 is no cap; entries are paused before an epoch, and since when.
    uint128 private _cap;
    uint64 private _pausedUntil;
    uint64 private _pausedAt;

    constructor() {
        _policy = Policy({
            cautiousBps: 8_000,
            bidBps: 8_000,
            askBps: 10_000,
            dailyBps: 1_000,
            maxUtilisationBps: 8_000,
            reserveBps: 500,
            perProviderBps: 2_000,
            minTermDays: 90,
            releaseFrames: 30
        });
    }

    /// @inheritdoc IJointMiningPool
    function setPolicy(Policy calldata newPolicy) external restricted {
        PolicyRange.check(newPolicy);
        _policy = newPolicy;
        emit PolicySet(newPolicy);
    }

    /// @inheritdoc IJointMiningPool
    function setDepositCap(uint256 cap) external restricted {
        if (cap > type(uint128).max) revert IPowerNFT.OutOfRange(cap, 0, type(uint128).max);
        emit DepositCapSet(_cap, cap);
        _cap = uint128(cap);
    }

    /// @inheritdoc IJointMiningPool
    function pauseEntries(uint64 until) external restricted {
        uint64 now_ = uint64(block.number);
        if (until > now_) {
            uint64 nextAllowedAt = _pausedAt == 0 ? 0 : _pausedAt + PAUSE_INTERVAL;
            if (until > now_ + MAX_PAUSE || now_ < nextAllowedAt) {
                revert IPowerNFT.PauseNotAllowed(until, now_ + MAX_PAUSE, nextAllowedAt);
            }
            _pausedAt = now_;
        }
        _pausedUntil = until;
        emit EntriesPaused(until);
    }

    /// @inheritdoc IJointMiningPool
    function policy() external view returns (Policy memory) {
        return _policy;
    }

    /// @inheritdoc IJointMiningPool
    function policyRange() external pure returns (Policy memory least, Policy memory most) {
        return PolicyRange.ranges();
    }

    /// @inheritdoc IJointMiningPool
    function depositCap() public view returns (uint256) {
        return _cap;
    }

    /// @inheritdoc IJointMiningPool
    function entriesPausedUntil() public view returns (uint64) {
        return _pausedUntil;
    }

    function _requireUnpaused() internal view {
        if (block.number < _pausedUntil) revert EntriesArePaused(_pausedUntil);
    }
}
