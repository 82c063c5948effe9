// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { IERC20Metadata } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { ReentrancyGuardTransient } from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import { FilSend } from "../fvm/FilSend.sol";
import { IPowerNFT } from "../power/IPowerNFT.sol";
import { Book, DAY, Env, ONE } from "./Book.sol";
import { IFilAuction } from "./IFilAuction.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { IWrappedFil } from "./IWrappedFil.sol";
import { PoolParameters } from "./PoolParameters.sol";
import { Pricing } from "./Pricing.sol";
import { Shares } from "./Shares.sol";

/// @title What all parts of a pool share: its accounts, and money in and out
/// @notice Everything is written before anything is sent, and while anything runs nothing else can begin. A pool over WFIL
/// keeps FIL: entering and leaving with FIL calls no contract.
abstract contract PoolBase is Shares, PoolParameters, ReentrancyGuardTransient {
    using Pricing for Book;
    using SafeERC20 for IERC20;

    /// @dev The most decimals of an asset: accounts of 96 bits have room for it.
    uint8 private constant MAX_DECIMALS = 18;
    /// @dev Decimals of shares beyond the asset's: those of VIRTUAL_SHARES.
    uint8 private constant MORE_DECIMALS = 6;

    /// @inheritdoc IJointMiningPool
    bool public immutable IS_FIL;
    /// @inheritdoc IJointMiningPool
    address public immutable POWER_NFT;
    /// @inheritdoc IJointMiningPool
    address public immutable POWER_MARKET;
    /// @inheritdoc IJointMiningPool
    address public immutable FIL_AUCTION;
    /// @inheritdoc IJointMiningPool
    uint256 public immutable MIN_DEPOSIT;

    /// @dev The asset, and its decimals.
    address internal immutable ASSET;
    uint8 private immutable ASSET_DECIMALS;

    Book internal _bookOf;

    /// @param asset_ WFIL where `auction` is zero; otherwise a stablecoin, whose FIL income the auction sells.
    constructor(address nft, address market, address asset_, address auction) {
        if (nft == address(0) || market == address(0) || asset_.code.length == 0) revert BadPool();
        uint8 decimals_ = IERC20Metadata(asset_).decimals();
        if (decimals_ > MAX_DECIMALS || (auction == address(0) && decimals_ != MAX_DECIMALS)) revert BadPool();
        IS_FIL = auction == address(0);
        POWER_NFT = nft;
        POWER_MARKET = market;
        FIL_AUCTION = auction;
        ASSET = asset_;
        ASSET_DECIMALS = decimals_;
        MIN_DEPOSIT = 10 ** decimals_;
        _bookOf.settledAt = uint32(block.number);
        _bookOf.utilisedAt = uint32(block.number);
    }

    /// @notice Only what WFIL gives back for its tokens comes by a call.
    receive() external payable {
        if (!IS_FIL || msg.sender != ASSET) revert UseDepositFil();
    }

    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return ASSET_DECIMALS + MORE_DECIMALS;
    }

    /// @inheritdoc IJointMiningPool
    function currentFrame() public view returns (uint256) {
        return block.number / DAY;
    }

    /// @inheritdoc IJointMiningPool
    /// @dev Without machines there is nothing to settle.
    function isSettled() public view returns (bool) {
        return _bookOf.machines == 0 || _bookOf.settledAt / DAY == currentFrame();
    }

    /// @dev What the libraries need to know.
    function _env() internal view returns (Env memory env) {
        env.nft = IPowerNFT(POWER_NFT);
        env.market = POWER_MARKET;
        env.policy = _policy;
        (env.lastPrice, env.cautiousPrice) = (ONE, ONE);
        if (IS_FIL) return env;
        env.coin = ASSET;
        env.lastPrice = IFilAuction(FIL_AUCTION).lastPrice();
        env.cautiousPrice = IFilAuction(FIL_AUCTION).cautiousPrice();
    }

    /// @dev The value for entrants.
    function _upper() internal view returns (uint256) {
        return _bookOf.upper(!IS_FIL, IS_FIL ? ONE : IFilAuction(FIL_AUCTION).lastPrice());
    }

    /// @dev The value for leavers.
    function _lower() internal view returns (uint256) {
        return _bookOf.lower(!IS_FIL, _policy.cautiousBps);
    }

    function _requireFilPool() internal view {
        if (!IS_FIL) revert NotFilPool();
    }

    function _checkReceiver(address to) internal view {
        if (to == address(0) || to == address(this)) revert BadReceiver(to);
    }

    /// @dev Takes exactly so much of the asset from somebody who has allowed it; afterwards no less may be here than the
    /// accounts say.
    function _take(address from, uint256 amount) internal {
        uint256 before = _held();
        IERC20(ASSET).safeTransferFrom(from, address(this), amount);
        if (IS_FIL) IWrappedFil(ASSET).withdraw(amount);
        uint256 held = _held();
        if (held != before + amount) revert InexactAsset(amount, held > before ? held - before : 0);
        uint256 needed = uint256(_bookOf.cash) + _bookOf.claimable;
        if (held < needed) revert AssetShort(held, needed);
    }

    /// @dev Gives so much of the asset to somebody; no more may leave.
    function _give(address to, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = _held();
        if (IS_FIL) IWrappedFil(ASSET).deposit{ value: amount }();
        IERC20(ASSET).safeTransfer(to, amount);
        uint256 held = _held();
        if (held + amount < before) revert InexactAsset(amount, before - held);
    }

    /// @dev Gives FIL by a native send, which runs no code.
    function _giveFil(address to, uint256 amount) internal {
        if (amount != 0) FilSend.send(to, amount);
    }

    function _held() private view returns (uint256) {
        return IS_FIL ? address(this).balance : IERC20(ASSET).balanceOf(address(this));
    }
}
