// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManaged } from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import { IERC2981 } from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import { IERC4906 } from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import { ActorId } from "../fvm/ActorId.sol";
import { FilSend } from "../fvm/FilSend.sol";
import { IMinerRegistry } from "../miners/IMinerRegistry.sol";
import { IMinerVault } from "../miners/IMinerVault.sol";
import { VaultAddress } from "../miners/VaultAddress.sol";
import { Account, Accounts, EXPIRY_GRID as GRID } from "./Account.sol";
import { ExpectedIncome } from "./ExpectedIncome.sol";
import { HeldToken } from "./HeldToken.sol";
import { IncomeLedger, Line } from "./IncomeLedger.sol";
import { IncomeMeter } from "./IncomeMeter.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { IPowerNFTRenderer } from "./IPowerNFTRenderer.sol";
import { IPowerOracle } from "./IPowerOracle.sol";
import { Minting } from "./Minting.sol";
import { Holder, Owned, Ownership, Totals } from "./Ownership.sol";
import { PowerParameters } from "./PowerParameters.sol";
import { SectorRuns } from "./SectorRuns.sol";
import { SectorSet } from "./SectorSet.sol";
import { Token, Tokens } from "./Token.sol";
import { Weights } from "./Weights.sol";

/// @title Power NFTs
/// @notice See IPowerNFT. No code of a stranger ever runs in a call that moves FIL: vaults are clones of one known
/// implementation, miners are native actors, and payees are paid by a native send that runs nothing.
contract PowerNFT is IPowerNFT, IERC2981, IERC4906, HeldToken, PowerParameters {
    using IncomeLedger for Line;
    using Accounts for Account;
    using Tokens for Token;

    /// @dev Basis points in the whole.
    uint256 internal constant BPS = 10_000;

    /// @inheritdoc IPowerNFT
    uint64 public constant EXPIRY_GRID = GRID;

    /// @notice Where vaults are created.
    IMinerRegistry public immutable REGISTRY;
    /// @notice The contract whose code every vault runs.
    address public immutable VAULT_IMPLEMENTATION;
    /// @inheritdoc IPowerNFT
    address public immutable ORACLE;
    /// @notice Makes metadata and picture.
    IPowerNFTRenderer public immutable RENDERER;

    /// @param authority The AccessManager.
    constructor(
        address authority,
        IMinerRegistry registry,
        IPowerOracle oracle,
        IPowerNFTRenderer renderer
    ) ERC721("Filecoin Power", "POWER") AccessManaged(authority) {
        REGISTRY = registry;
        VAULT_IMPLEMENTATION = registry.VAULT_IMPLEMENTATION();
        ORACLE = address(oracle);
        RENDERER = renderer;
        if (address(oracle.POWER_NFT()) != address(this)) revert WiringMismatch();
        if (IMinerVault(VAULT_IMPLEMENTATION).POWER_NFT() != address(this)) revert WiringMismatch();
    }

    /// @inheritdoc IPowerNFT
    function mint(MintRequest calldata request) external returns (uint256 id) {
        if (block.number < mintingPausedUntil()) revert MintingIsPaused(mintingPausedUntil());
        return Minting.mint(request, Minting.Context(vaultOf(request.minerId), protocolFeeBps(), rewardFactor()));
    }

    /// @inheritdoc IPowerNFT
    function sync(uint64 minerId) public returns (uint256 rewards) {
        return IncomeMeter.sync(minerId, vaultOf(minerId), rewardFactor());
    }

    /// @inheritdoc IPowerNFT
    function skip(uint64 minerId) external {
        IncomeMeter.skip(minerId);
    }

    /// @inheritdoc IPowerNFT
    function harvest(uint64 minerId) public returns (uint256 amount) {
        Line storage line = Accounts.line(minerId);
        uint256 owed = line.owed();
        if (owed == 0) return 0;
        uint256 cash = address(this).balance;
        IMinerVault(vaultOf(minerId)).pull(minerId, owed);
        amount = address(this).balance - cash;
        if (amount == 0) return 0;
        line.cover(minerId, amount);
        Ownership.totals().liabilities += uint128(amount);
        emit Harvested(minerId, amount, owed - amount);
    }

    /// @inheritdoc IPowerNFT
    function settle(uint64 minerId) external returns (uint256 owed, uint256 living) {
        sync(minerId);
        harvest(minerId);
        return (Accounts.line(minerId).owed(), Accounts.at(minerId).living);
    }

    /// @inheritdoc IPowerNFT
    function applyWeights(uint64 minerId, uint16 frame, uint256[] calldata ids, uint64[] calldata weights) external {
        if (msg.sender != ORACLE) revert NotOracle(msg.sender);
        Weights.set(minerId, vaultOf(minerId), rewardFactor(), frame, ids, weights);
    }

    /// @inheritdoc IPowerNFT
    function lowerWeight(uint256 id, uint16 frame, uint64 proven) external returns (uint64 weight) {
        if (msg.sender != ORACLE) revert NotOracle(msg.sender);
        uint64 minerId = Tokens.known(id).minerId;
        return Weights.lower(minerId, vaultOf(minerId), rewardFactor(), frame, id, proven);
    }

    /// @inheritdoc IPowerNFT
    function claim(uint256[] calldata ids, address to) external returns (uint256 amount) {
        uint256 fees = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            address holder = _requireOwned(ids[i]);
            _checkAuthorized(holder, msg.sender, ids[i]);
            (uint256 toHolder, uint256 fee) = _take(ids[i]);
            if (toHolder + fee == 0) continue;
            amount += toHolder;
            fees += fee;
            emit Claimed(ids[i], holder, to, toHolder);
        }
        if (amount + fees == 0) return 0;
        Totals storage totals = Ownership.totals();
        totals.liabilities -= uint128(amount);
        totals.protocolFees += uint96(fees);
        _pay(to, amount);
    }

    /// @inheritdoc IPowerNFT
    function claimCredit(address to) external returns (uint256 amount) {
        Holder storage holder = Ownership.holder(msg.sender);
        amount = holder.credit;
        if (amount == 0) return 0;
        holder.credit = 0;
        Ownership.totals().liabilities -= uint128(amount);
        emit CreditClaimed(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IPowerNFT
    function claimProtocolFees(address to) external restricted returns (uint256 amount) {
        Totals storage totals = Ownership.totals();
        amount = totals.protocolFees;
        if (amount == 0) return 0;
        totals.protocolFees = 0;
        totals.liabilities -= uint128(amount);
        emit ProtocolFeesClaimed(to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IPowerNFT
    function burn(uint256 id) external {
        _checkAuthorized(_requireOwned(id), msg.sender, id);
        Minting.burn(id);
        _burn(id); // credits what is payable to the holder
        Ownership.at(id).taken = 0;
        Tokens.clear(id);
    }

    /// @inheritdoc IPowerNFT
    function freeSectors(uint256[] calldata ids) external {
        Minting.freeSectors(ids);
    }

    /// @inheritdoc IPowerNFT
    function weightOf(uint256 id) public view returns (uint64) {
        Token storage token = Tokens.known(id);
        return block.number < token.expiry() ? token.income.weight : 0;
    }

    /// @inheritdoc IPowerNFT
    function attestedWeightsOf(uint256 id) external view returns (uint64 last, uint64 previous, uint16 frame) {
        Token storage token = Tokens.known(id);
        return (token.income.weight, token.income.previousWeight, token.income.frame);
    }

    /// @inheritdoc IPowerNFT
    function nominalPowerOf(uint256 id) external view returns (uint64) {
        return Tokens.known(id).nominalPower;
    }

    /// @inheritdoc IPowerNFT
    function expiryOf(uint256 id) external view returns (uint64) {
        return Tokens.known(id).expiry();
    }

    /// @inheritdoc IPowerNFT
    function earnedOf(uint256 id) public view returns (uint256) {
        Token storage token = Tokens.known(id);
        (uint256 earned, ) = token.gross(id);
        return token.holdersPart(earned);
    }

    /// @inheritdoc IPowerNFT
    function payableOf(uint256 id) public view returns (uint256) {
        Token storage token = Tokens.known(id);
        uint256 covered = token.grossCovered(id);
        return token.holdersPart(covered) - token.holdersPart(Ownership.at(id).taken);
    }

    /// @inheritdoc IPowerNFT
    function unpaidOf(uint256 id) external view returns (uint256) {
        Token storage token = Tokens.known(id);
        (uint256 earned, uint256 covered) = token.gross(id);
        return token.holdersPart(earned) - token.holdersPart(covered);
    }

    /// @inheritdoc IPowerNFT
    function paidOf(uint256 id) external view returns (uint256) {
        Token storage token = Tokens.known(id);
        return token.holdersPart(Ownership.at(id).taken);
    }

    /// @inheritdoc IPowerNFT
    function creditOf(address holder) external view returns (uint256) {
        return Ownership.holder(holder).credit;
    }

    /// @inheritdoc IPowerNFT
    function protocolFees() external view returns (uint256) {
        return Ownership.totals().protocolFees;
    }

    /// @inheritdoc IPowerNFT
    function powerOf(uint256 id) public view returns (Power memory power) {
        Token storage token = Tokens.known(id);
        power.minerId = token.minerId;
        power.nominalPower = token.nominalPower;
        power.weight = weightOf(id);
        power.expiry = token.expiry();
        power.spFeeBps = token.spFeeBps;
        power.protocolFeeBps = token.protocolFeeBps;
        power.royaltyBps = token.royaltyBps;
        power.mintedAt = token.mintedAt;
        power.attestedAt = token.attestedAt;
        power.sectorCount = token.sectorCount;
    }

    /// @inheritdoc IPowerNFT
    function sectorsOf(uint256 id) public view returns (SectorRange[] memory) {
        return SectorRuns.load(uint64(id), Tokens.known(id).runCount);
    }

    /// @inheritdoc IPowerNFT
    function minerAccount(uint64 minerId) external view returns (MinerAccount memory result) {
        Account storage account = Accounts.at(minerId);
        Line storage line = Accounts.line(minerId);
        result.lastSync = account.lastSync;
        result.pairEpoch = account.pairEpoch;
        result.syncDeadline = account.syncDeadline();
        result.qap = account.qap;
        result.weight = account.weight;
        result.living = account.living;
        result.earned = line.earned;
        result.covered = line.covered;
        result.owed = line.owed();
        result.arrears = account.currentArrears();
        result.rewards = account.rewards;
    }

    /// @inheritdoc IPowerNFT
    function solvency(uint64 minerId) external view returns (Solvency memory) {
        Line storage line = Accounts.line(minerId);
        return Solvency(address(this).balance, Ownership.totals().liabilities, line.earned, line.covered, line.owed());
    }

    /// @inheritdoc IPowerNFT
    function isCommitted(uint64 minerId, uint64 sector) external view returns (bool) {
        return SectorSet.contains(minerId, sector);
    }

    /// @inheritdoc IPowerNFT
    function expectedPerDay(uint64 minerId, uint256 qap) external view returns (uint256) {
        return ExpectedIncome.perDay(minerId, qap);
    }

    /// @inheritdoc IPowerNFT
    function minted() external view returns (uint256) {
        return Ownership.totals().minted;
    }

    /// @inheritdoc IPowerNFT
    function vaultOf(uint64 minerId) public view returns (address) {
        return VaultAddress.compute(VAULT_IMPLEMENTATION, address(REGISTRY), minerId);
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 id, uint256 price) external view returns (address receiver, uint256 amount) {
        Token storage token = Tokens.known(id);
        return (token.royaltyReceiver, (price * token.royaltyBps) / BPS);
    }

    /// @inheritdoc ERC721
    function tokenURI(uint256 id) public view override returns (string memory) {
        return RENDERER.tokenURI(id, powerOf(id), sectorsOf(id), earnedOf(id), payableOf(id));
    }

    /// @inheritdoc ERC721
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return
            interfaceId == type(IERC2981).interfaceId ||
            interfaceId == 0x49064906 || // ERC-4906 has events only; the id is fixed by the standard
            super.supportsInterface(interfaceId);
    }

    /// @dev On transfer, what is payable becomes a credit of the one who gives (R-LED-6). What is earned but not yet
    /// payable travels with the NFT.
    function _update(address to, uint256 id, address auth) internal override returns (address from) {
        from = super._update(to, id, auth);
        if (from == address(0) || from == to) return from;
        (uint256 toHolder, uint256 fee) = _take(id);
        if (toHolder != 0) {
            Ownership.holder(from).credit += uint128(toHolder);
            emit Credited(id, from, toHolder);
        }
        if (fee != 0) Ownership.totals().protocolFees += uint96(fee);
    }

    /// @dev Marks what an NFT can be paid as taken, and says how it divides.
    function _take(uint256 id) private returns (uint256 toHolder, uint256 fee) {
        Token storage token = Tokens.at(id);
        Owned storage owned = Ownership.at(id);
        uint256 covered = token.grossCovered(id);
        uint256 taken = owned.taken;
        if (covered == taken) return (0, 0);
        toHolder = token.holdersPart(covered) - token.holdersPart(taken);
        fee = covered - taken - toHolder;
        owned.taken = uint96(covered);
    }

    /// @dev Pays by a native send: it runs no code of the payee, and any kind of actor can be paid.
    function _pay(address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert BadPayee(to);
        if (ActorId.isMasked(to)) {
            (, uint64 self) = ActorId.resolve(address(this));
            if (ActorId.fromMasked(to) == self) revert BadPayee(to);
        }
        FilSend.send(to, amount);
    }
}
