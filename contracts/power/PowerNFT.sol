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
import { GuaranteeLedger } from "./GuaranteeLedger.sol";
import { Guarantees } from "./Guarantee.sol";
import { HeldToken } from "./HeldToken.sol";
import { IncomeLedger, Line } from "./IncomeLedger.sol";
import { IncomeMeter } from "./IncomeMeter.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { IPowerNFTRenderer } from "./IPowerNFTRenderer.sol";
import { IPowerOracle } from "./IPowerOracle.sol";
import { Minting } from "./Minting.sol";
import { Holder, Owned, Ownership, Totals } from "./Ownership.sol";
import { PowerParameters } from "./PowerParameters.sol";
import { SectorSet } from "./SectorSet.sol";
import { Token, Tokens } from "./Token.sol";
import { Views } from "./Views.sol";
import { Weights } from "./Weights.sol";

/// @title Power NFTs
/// @notice See IPowerNFT. No code of a stranger ever runs in a call that moves FIL: vaults are clones of one known
/// implementation, miners are native actors, and payees are paid by a native send that runs nothing.
contract PowerNFT is IPowerNFT, IERC2981, IERC4906, HeldToken, PowerParameters {
    using IncomeLedger for Line;
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
        Account storage account = Accounts.at(minerId);
        uint256 income = account.earned.owed();
        uint256 owed = account.guaranteed ? income + Guarantees.owed(minerId) : income;
        if (owed == 0) return 0;
        uint256 cash = address(this).balance;
        IMinerVault(vaultOf(minerId)).pull(minerId, owed);
        amount = address(this).balance - cash;
        if (amount == 0) return 0;
        uint256 covered = amount < income ? amount : income; // the rest is for guarantees
        if (covered != 0) account.earned.cover(minerId, covered);
        Ownership.totals().liabilities += uint128(amount);
        if (covered != 0) emit Harvested(minerId, covered, income - covered);
        if (amount != covered) GuaranteeLedger.cover(minerId, amount - covered);
    }

    /// @inheritdoc IPowerNFT
    function settle(uint64 minerId) external returns (uint256 owed, uint256 living, uint256 guaranteed) {
        sync(minerId);
        harvest(minerId);
        Account storage account = Accounts.at(minerId);
        owed = account.earned.owed();
        living = account.living;
        if (account.guaranteed) {
            owed += Guarantees.owed(minerId);
            guaranteed = Guarantees.remaining(minerId);
        }
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
            Owned storage owned = Ownership.at(ids[i]);
            Token storage token = Tokens.at(ids[i]);
            address holder = owned.holder;
            _checkAuthorized(holder, msg.sender, ids[i]); // an NFT that does not exist is refused too
            // first: what is written before a library is called is stored once more than it need be
            if (token.guaranteed) amount += GuaranteeLedger.take(ids[i], holder, to);
            (uint256 toHolder, uint256 fee) = _take(owned, token, ids[i]);
            amount += toHolder;
            if (toHolder + fee == 0) continue;
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
    function deliver(address from, address to, uint256 id) external returns (Delivery memory delivery) {
        if (_getApproved(id) != msg.sender) return delivery;
        transferFrom(from, to, id);
        Token storage token = Tokens.at(id);
        return Delivery({ moved: true, royaltyReceiver: token.royaltyReceiver, power: token.power() });
    }

    /// @inheritdoc IPowerNFT
    function burn(uint256 id) external {
        _checkAuthorized(_ownerOf(id), msg.sender, id);
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
    function weightOf(uint256 id) external view returns (uint64) {
        return Tokens.known(id).weight();
    }

    /// @inheritdoc IPowerNFT
    function attestedWeightsOf(uint256) external view returns (uint64 last, uint64 previous, uint16 frame) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function nominalPowerOf(uint256) external view returns (uint64) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function expiryOf(uint256) external view returns (uint64) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function earnedOf(uint256) external view returns (uint256) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function payableOf(uint256) external view returns (uint256) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function unpaidOf(uint256) external view returns (uint256) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function paidOf(uint256) external view returns (uint256) {
        _answer();
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
    function powerOf(uint256 id) external view returns (Power memory) {
        return Tokens.known(id).power();
    }

    /// @inheritdoc IPowerNFT
    function holdingOf(uint256) external view returns (Holding memory) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function sectorsOf(uint256) external view returns (SectorRange[] memory) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function minerAccount(uint64) external view returns (MinerAccount memory) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function guaranteeOf(uint256) external view returns (GuaranteeStatus memory) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function guaranteesOf(uint64) external view returns (MinerGuarantees memory) {
        _answer();
    }

    /// @inheritdoc IPowerNFT
    function coverOf(uint64 minerId) external view returns (Cover memory) {
        return GuaranteeLedger.coverOf(minerId, vaultOf(minerId));
    }

    /// @inheritdoc IPowerNFT
    function solvency(uint64) external view returns (Solvency memory) {
        _answer();
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
        return RENDERER.tokenURI(id);
    }

    /// @inheritdoc ERC721
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return
            interfaceId == type(IERC2981).interfaceId ||
            interfaceId == 0x49064906 || // ERC-4906 has events only; the id is fixed by the standard
            super.supportsInterface(interfaceId);
    }

    /// @dev On transfer, what is payable becomes a credit of the one who gives (R-LED-6). What is earned or due but not yet
    /// payable travels with the NFT.
    function _update(address to, uint256 id, address auth) internal override returns (address from) {
        from = _ownerOf(id);
        if (from == address(0) || from == to) return super._update(to, id, auth);
        Token storage token = Tokens.at(id);
        // first, as in `claim`; who may not move it undoes it
        uint256 guarantee = token.guaranteed ? GuaranteeLedger.take(id, from, address(0)) : 0;
        super._update(to, id, auth);
        (uint256 toHolder, uint256 fee) = _take(Ownership.at(id), token, id);
        if (toHolder != 0) emit Credited(id, from, toHolder);
        toHolder += guarantee;
        if (toHolder != 0) Ownership.holder(from).credit += uint128(toHolder);
        if (fee != 0) Ownership.totals().protocolFees += uint96(fee);
    }

    /// @dev Marks what an NFT can be paid as taken, and says how it divides.
    function _take(
        Owned storage owned,
        Token storage token,
        uint256 id
    ) private returns (uint256 toHolder, uint256 fee) {
        uint256 covered = token.grossCovered(id);
        uint256 taken = owned.taken;
        if (covered == taken) return (0, 0);
        toHolder = token.holdersPart(covered) - token.holdersPart(taken);
        fee = covered - taken - toHolder;
        owned.taken = uint96(covered);
    }

    /// @dev Lets Views answer a call, as it came, and passes the answer on as it is: neither is read here.
    function _answer() private view {
        _asView(_delegateToViews)();
    }

    function _delegateToViews() private {
        address views = address(Views);
        assembly ("memory-safe") {
            let message := mload(0x40)
            calldatacopy(message, 0, calldatasize())
            let done := delegatecall(gas(), views, message, calldatasize(), 0, 0)
            returndatacopy(message, 0, returndatasize())
            if done {
                return(message, returndatasize())
            }
            revert(message, returndatasize())
        }
    }

    /// @dev A library may be called in a view function, by Solidity only: here it is told that Views changes nothing.
    function _asView(function() internal f) private pure returns (function() internal view g) {
        assembly ("memory-safe") {
            g := f
        }
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
