// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManaged } from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { Book, Env, LOSS_DELAY, MACHINES, Rig, Rigs } from "./Book.sol";
import { Buying } from "./Buying.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { Leaving } from "./Leaving.sol";
import { Machines } from "./Machines.sol";
import { PoolBase } from "./PoolBase.sol";
import { Entering } from "./Entering.sol";
import { IPowerNFT } from "../power/IPowerNFT.sol";
import { Pricing } from "./Pricing.sol";
import { Line, Queue } from "./Queue.sol";

/// @title A joint mining pool
/// @notice See IJointMiningPool. Here is what it does with machines; people come in by Entering and leave by Leaving.
contract JointMiningPool is Leaving, IERC165 {
    using Pricing for Book;
    using Queue for Line;
    using SafeCast for uint256;

    /// @inheritdoc IJointMiningPool
    uint256 public constant MAX_MACHINES = MACHINES;
    /// @inheritdoc IJointMiningPool
    uint256 public constant MAX_SOLD_BPS = Buying.SOLD_BPS;
    /// @inheritdoc IJointMiningPool
    uint64 public constant WRITE_OFF_DELAY = LOSS_DELAY;

    /// @param authority The AccessManager.
    /// @param asset_ WFIL where `auction` is zero; otherwise a stablecoin.
    /// @param auction Sells the FIL of a stablecoin pool; its address is known before it is deployed.
    constructor(
        address authority,
        address nft,
        address market,
        address asset_,
        address auction,
        string memory name_,
        string memory symbol_
    ) ERC20(name_, symbol_) AccessManaged(authority) PoolBase(nft, market, asset_, auction) {}

    /// @inheritdoc IJointMiningPool
    function settle() external nonReentrant {
        Machines.settle(_bookOf, _env());
        _pay();
    }

    /// @inheritdoc IJointMiningPool
    function impair(uint256 id) external nonReentrant {
        Machines.impair(_bookOf, _env(), id);
    }

    /// @inheritdoc IJointMiningPool
    function collect(uint256[] calldata ids) external nonReentrant returns (uint256 amount) {
        Env memory env = _env();
        amount = _collect(env, ids, Machines.beforeCollecting(_bookOf, env, ids));
        _pay();
    }

    /// @inheritdoc IJointMiningPool
    function buyMachine(uint256 id) external nonReentrant returns (uint256 price) {
        _requireUnpaused();
        IPowerNFT(POWER_NFT).sync(IPowerNFT(POWER_NFT).powerOf(id).minerId);
        Env memory env = _env();
        Machines.settle(_bookOf, env);
        _pay();
        uint256 waits = _line.waiting();
        if (waits != 0) revert TicketsWait(waits);
        return Buying.buy(_bookOf, env, id);
    }

    /// @inheritdoc IJointMiningPool
    function sellMachine(
        uint256 id,
        uint256 maxPrice,
        address to
    ) external payable nonReentrant returns (uint256 price) {
        if (!IS_FIL && msg.value != 0) revert NotFilPool();
        _checkReceiver(to);
        Env memory env = _env();
        Rig storage rig = Rigs.at(id);
        if (rig.place == 0) revert NotMachine(id);
        Machines.settle(_bookOf, env);
        if (rig.place == 0) revert NotMachine(id); // it has ended
        _collectOne(env, id);
        uint256 forIncome;
        (price, forIncome) = Machines.ask(_bookOf, env, id);
        if (price > maxPrice) revert AskTooHigh(id, price, maxPrice);
        if (IS_FIL && msg.value < price) revert AskTooHigh(id, price, msg.value);
        Machines.sold(_bookOf, env, id, price);
        emit MachineSold(id, to, price, forIncome);
        _pay();
        IERC721(POWER_NFT).transferFrom(address(this), to, id);
        if (!IS_FIL) _take(msg.sender, price);
        else _giveFil(msg.sender, msg.value - price);
    }

    /// @inheritdoc IJointMiningPool
    function recogniseLoss(uint256 id) external nonReentrant {
        Env memory env = _env();
        Rig storage rig = Rigs.at(id);
        if (rig.place == 0) revert NotMachine(id);
        // what can be had now is not lost: or who enters next would get a part of it for nothing
        // solhint-disable-next-line no-empty-blocks
        try IPowerNFT(POWER_NFT).harvest(rig.minerId) {} catch {}
        Machines.settle(_bookOf, env);
        if (rig.place != 0) _collectOne(env, id);
        Machines.recogniseLoss(_bookOf, env, id);
    }

    /// @inheritdoc IJointMiningPool
    function deliverFil(address buyer, address to, uint256 amount, uint256 coins) external nonReentrant {
        if (IS_FIL || msg.sender != FIL_AUCTION) revert NotAuction(msg.sender);
        _checkReceiver(to);
        Machines.filSold(_bookOf, _env(), amount, coins);
        emit FilSold(amount, coins);
        _pay();
        _take(buyer, coins);
        _giveFil(to, amount);
    }

    /// @inheritdoc IJointMiningPool
    function accounts() external view returns (Accounts memory) {
        return Machines.accounts(_bookOf, _env(), _line.waiting());
    }

    /// @inheritdoc IJointMiningPool
    function machineOf(uint256 id) external view returns (Machine memory) {
        return Machines.view_(POWER_NFT, id);
    }

    /// @inheritdoc IJointMiningPool
    function machineIds() external view returns (uint256[] memory) {
        return _bookOf.ids;
    }

    /// @inheritdoc IJointMiningPool
    function appraise(uint256 id) external view returns (Appraisal memory) {
        return Buying.appraise(_bookOf, _env(), id);
    }

    /// @inheritdoc IJointMiningPool
    function askOf(uint256 id) external view returns (uint256 price) {
        (price, ) = Machines.ask(_bookOf, _env(), id);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return
            interfaceId == type(IERC165).interfaceId ||
            interfaceId == 0xe3bc4e65 || // operators of ERC-7540
            interfaceId == 0x620ee8e4 || // asynchronous redemption of ERC-7540
            interfaceId == 0x2f0a18c5; // ERC-7575
    }

    /// @inheritdoc Entering
    function _settleIfDue() internal override {
        if (!isSettled()) Machines.settle(_bookOf, _env());
    }

    /// @dev Takes what a machine can be paid, once it was settled.
    function _collectOne(Env memory env, uint256 id) private {
        uint256[] memory ids = new uint256[](1);
        ids[0] = id;
        _collect(env, ids, 0);
    }

    /// @dev Takes what NFTs can be paid.
    /// @param late The part of it that nobody counts on.
    function _collect(Env memory env, uint256[] memory ids, uint256 late) private returns (uint256 amount) {
        amount = IPowerNFT(POWER_NFT).claim(ids, address(this));
        if (amount != 0) Machines.collected(_bookOf, env, amount, late);
    }
}
