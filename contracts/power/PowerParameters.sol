// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManaged } from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import { IPowerNFT } from "./IPowerNFT.sol";
import { DEFAULT_REWARD_FACTOR } from "./Account.sol";

/// @title What governance may change of power NFTs, and how far (R-GOV-1, R-GOV-3)
/// @notice Each setter belongs to a role of the AccessManager and has a hard range here. Nothing is retroactive.
abstract contract PowerParameters is IPowerNFT, AccessManaged {
    /// @dev The highest protocol fee (5 % of holders' income).
    uint16 internal constant MAX_PROTOCOL_FEE_BPS = 500;
    /// @dev The range of the reward factor (R-INC-2); 240 is 180 daily steps / 75 % locked.
    uint16 internal constant MIN_REWARD_FACTOR = 160;
    uint16 internal constant MAX_REWARD_FACTOR = 480;
    /// @dev The longest pause, epochs: 7 days.
    uint64 internal constant MAX_PAUSE = 20_160;
    /// @dev From the start of a pause to the earliest start of the next, epochs: 30 days.
    uint64 internal constant PAUSE_INTERVAL = 86_400;

    /// @dev One slot. The protocol fee of NFTs minted from now on, basis points.
    uint16 private _protocolFeeBps;
    /// @dev Gross rewards per growth of a bucket pair.
    uint16 private _rewardFactor = DEFAULT_REWARD_FACTOR;
    /// @dev Minting is paused before this epoch.
    uint64 private _pausedUntil;
    /// @dev The epoch at which the last pause began; 0 if there was none.
    uint64 private _pausedAt;

    /// @inheritdoc IPowerNFT
    function setProtocolFee(uint16 bps) external restricted {
        if (bps > MAX_PROTOCOL_FEE_BPS) revert FeeTooHigh(bps, MAX_PROTOCOL_FEE_BPS);
        emit ProtocolFeeSet(_protocolFeeBps, bps);
        _protocolFeeBps = bps;
    }

    /// @inheritdoc IPowerNFT
    function setRewardFactor(uint16 factor) external restricted {
        if (factor < MIN_REWARD_FACTOR || factor > MAX_REWARD_FACTOR) {
            revert OutOfRange(factor, MIN_REWARD_FACTOR, MAX_REWARD_FACTOR);
        }
        emit RewardFactorSet(_rewardFactor, factor);
        _rewardFactor = factor;
    }

    /// @inheritdoc IPowerNFT
    function pauseMinting(uint64 until) external restricted {
        uint64 now_ = uint64(block.number);
        if (until > now_) {
            uint64 nextAllowedAt = _pausedAt == 0 ? 0 : _pausedAt + PAUSE_INTERVAL;
            if (until > now_ + MAX_PAUSE || now_ < nextAllowedAt) {
                revert PauseNotAllowed(until, now_ + MAX_PAUSE, nextAllowedAt);
            }
            _pausedAt = now_;
        }
        _pausedUntil = until;
        emit MintingPaused(until);
    }

    /// @inheritdoc IPowerNFT
    function protocolFeeBps() public view returns (uint16) {
        return _protocolFeeBps;
    }

    /// @inheritdoc IPowerNFT
    function rewardFactor() public view returns (uint16) {
        return _rewardFactor;
    }

    /// @inheritdoc IPowerNFT
    function mintingPausedUntil() public view returns (uint64) {
        return _pausedUntil;
    }
}
