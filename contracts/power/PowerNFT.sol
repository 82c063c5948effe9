// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManaged } from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import { IERC2981 } from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import { IERC4906 } from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import { ActorId } from "../fvm/ActorId.sol";
import { FilSend } from "../fvm/FilSend.sol";
import { MinerActor } from "../fvm/MinerActor.sol";
import { IMinerRegistry } from "../miners/IMinerRegistry.sol";
import { IMinerVault } from "../miners/IMinerVault.sol";
import { VaultAddress } from "../miners/VaultAddress.sol";
import { ExpectedIncome } from "./ExpectedIncome.sol";
import { IncomeLedger, Line, Position } from "./IncomeLedger.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { IPowerNFTRenderer } from "./IPowerNFTRenderer.sol";
import { Account, EXPIRY_GRID as GRID, Expiry, MinerAccounts } from "./MinerAccounts.sol";
import { PowerParameters } from "./PowerParameters.sol";
import { SectorSet } from "./SectorSet.sol";

/// @title Power NFTs
/// @notice See IPowerNFT. No code of a stranger ever runs in a call that moves FIL: vaults are clones of one known
/// implementation, miners are native actors, and payees are paid by a native send that runs nothing.
contract PowerNFT is IPowerNFT, IERC2981, IERC4906, ERC721, PowerParameters {
    using IncomeLedger for Line;
    using MinerAccounts for Account;
    using SectorSet for mapping(uint256 => uint256);

    /// @dev One NFT. Fees are fixed for its life.
    struct Token {
        // slot 0
        /// @notice Actor id of the miner.
        uint64 minerId;
        /// @notice The most QAP that it may weigh, bytes.
        uint64 nominalPower;
        /// @notice Its date of expiry is epoch expiryDate * EXPIRY_GRID.
        uint16 expiryDate;
        /// @notice The storage provider's service fee, basis points.
        uint16 spFeeBps;
        /// @notice The protocol's fee, basis points.
        uint16 protocolFeeBps;
        /// @notice The royalty on sales, basis points.
        uint16 royaltyBps;
        /// @notice The epoch of the mint.
        uint32 mintedAt;
        /// @notice Whether its sectors may back other NFTs again.
        bool sectorsFreed;
        // slots 1, 2, 3
        /// @notice Its place on the miner's line of earned income.
        Position income;
        // slot 4
        /// @notice Who gets the royalties.
        address royaltyReceiver;
        /// @notice The epoch of the first attested weight; 0 before it.
        uint32 attestedAt;
        // slot 5
        /// @notice The sectors behind it.
        SectorRange[] sectors;
    }

    /// @dev The most sectors of one NFT: 2 PiB of 32 GiB sectors.
    uint256 internal constant MAX_SECTORS = 65_536;
    /// @dev The highest service fee of a storage provider (30 %).
    uint16 internal constant MAX_SP_FEE_BPS = 3_000;
    /// @dev The highest royalty (10 %).
    uint16 internal constant MAX_ROYALTY_BPS = 1_000;
    /// @dev The longest term, epochs: 5 years of 365 days.
    uint64 internal constant MAX_TERM = 5_256_000;
    /// @dev Basis points in the whole.
    uint256 internal constant BPS = 10_000;

    /// @inheritdoc IPowerNFT
    uint64 public constant EXPIRY_GRID = GRID;

    /// @notice Where vaults are created.
    IMinerRegistry public immutable REGISTRY;
    /// @notice The contract whose code every vault runs.
    address public immutable VAULT_IMPLEMENTATION;
    /// @notice Makes metadata and picture.
    IPowerNFTRenderer public immutable RENDERER;

    /// @dev What can be taken out now, attoFIL: payable, credits and protocol fees of all miners. Shares its slot.
    uint128 private _liabilities;
    /// @dev The part of it that is the protocol's, attoFIL.
    uint96 private _protocolFees;
    /// @dev NFTs minted so far; ids count from 1.
    uint32 private _minted;

    /// @dev By NFT id.
    mapping(uint256 id => Token) private _tokens;
    /// @dev By actor id of the miner.
    mapping(uint64 minerId => Account) private _accounts;
    /// @dev What `claimCredit` pays, attoFIL.
    mapping(address holder => uint256) private _credits;

    /// @param authority The AccessManager.
    constructor(
        address authority,
        IMinerRegistry registry,
        IPowerNFTRenderer renderer
    ) ERC721("Filecoin Power", "POWER") AccessManaged(authority) {
        REGISTRY = registry;
        VAULT_IMPLEMENTATION = registry.VAULT_IMPLEMENTATION();
        RENDERER = renderer;
        if (IMinerVault(VAULT_IMPLEMENTATION).POWER_NFT() != address(this)) revert WiringMismatch();
    }

    /// @inheritdoc IPowerNFT
    function mint(MintRequest calldata request) external returns (uint256 id) {
        uint64 now_ = uint64(block.number);
        if (now_ < mintingPausedUntil()) revert MintingIsPaused(mintingPausedUntil());
        uint16 protocolFee = protocolFeeBps();
        _checkTerms(request, protocolFee, now_);
        _checkStorageProvider(request.minerId);
        Account storage account = _sync(request.minerId);
        if (account.arrears != 0) revert InArrears(request.minerId, account.arrears);

        id = ++_minted;
        Token storage token = _tokens[id];
        uint16 date = uint16(request.expiry / GRID);
        token.minerId = request.minerId;
        token.nominalPower = request.nominalPower;
        token.expiryDate = date;
        token.spFeeBps = request.spFeeBps;
        token.protocolFeeBps = protocolFee;
        token.royaltyBps = request.royaltyBps;
        token.mintedAt = uint32(now_);
        token.royaltyReceiver = request.to;
        for (uint256 i = 0; i < request.sectors.length; ++i) token.sectors.push(request.sectors[i]);
        account.committed.commit(request.minerId, request.sectors, MAX_SECTORS);
        ++account.expiries[date].count;
        ++account.living;
        _mint(request.to, id);
        emit Minted(
            id,
            request.minerId,
            request.to,
            request.nominalPower,
            request.expiry,
            request.spFeeBps,
            protocolFee,
            request.royaltyBps,
            request.sectors
        );
    }

    /// @inheritdoc IPowerNFT
    function sync(uint64 minerId) external returns (uint256 rewards) {
        Account storage account = _accounts[minerId];
        uint256 before = account.rewards;
        _sync(minerId);
        rewards = account.rewards - before;
    }

    /// @inheritdoc IPowerNFT
    function harvest(uint64 minerId) external returns (uint256 amount) {
        Line storage line = _accounts[minerId].earned;
        uint256 owed = line.owed();
        if (owed == 0) return 0;
        uint256 cash = address(this).balance;
        IMinerVault(vaultOf(minerId)).pull(minerId, owed);
        amount = address(this).balance - cash;
        if (amount == 0) return 0;
        line.cover(amount);
        _liabilities += uint128(amount);
        emit Harvested(minerId, amount, owed - amount);
    }

    /// @inheritdoc IPowerNFT
    function applyWeights(uint64 minerId, uint256[] calldata ids, uint64[] calldata weights) external restricted {
        if (ids.length != weights.length) revert LengthMismatch(ids.length, weights.length);
        Account storage account = _sync(minerId);
        WeightTotals memory totals = WeightTotals(account.weight, account.units, 0, 0, 0, false);
        for (uint256 i = 0; i < ids.length; ++i) {
            if (i != 0 && ids[i] <= ids[i - 1]) revert NotAscending(ids[i - 1], ids[i]);
            _applyWeight(account, minerId, ids[i], weights[i], totals);
        }
        if (totals.rose && totals.weight > account.qap) revert WeightAboveClaim(minerId, totals.weight, account.qap);
        _flushExpiry(account, totals);
        account.weight = uint80(totals.weight);
        account.units = uint96(totals.units);
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
        _liabilities -= uint128(amount);
        _protocolFees += uint96(fees);
        _pay(to, amount);
    }

    /// @inheritdoc IPowerNFT
    function claimCredit(address to) external returns (uint256 amount) {
        amount = _credits[msg.sender];
        if (amount == 0) return 0;
        _credits[msg.sender] = 0;
        _liabilities -= uint128(amount);
        emit CreditClaimed(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IPowerNFT
    function claimProtocolFees(address to) external restricted returns (uint256 amount) {
        amount = _protocolFees;
        if (amount == 0) return 0;
        _protocolFees = 0;
        _liabilities -= uint128(amount);
        emit ProtocolFeesClaimed(to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IPowerNFT
    function burn(uint256 id) external {
        _checkAuthorized(_requireOwned(id), msg.sender, id);
        Token storage token = _tokens[id];
        uint64 minerId = token.minerId;
        Account storage account = _accounts[minerId];
        Expiry storage expiry = account.expiries[token.expiryDate];
        if (expiry.closed) {
            (uint256 earned, uint256 covered) = _gross(token);
            if (earned != covered) revert NotBurnable(id, _expiryEpoch(token), earned - covered);
        } else {
            // never attested: it has no weight on the line and leaves no trace there
            if (token.attestedAt != 0) revert NotBurnable(id, _expiryEpoch(token), 0);
            --expiry.count;
            --account.living;
        }
        if (!token.sectorsFreed) account.committed.free(token.sectors);
        _burn(id); // credits what is payable to the holder
        delete _tokens[id];
        emit Burned(id, minerId);
    }

    /// @inheritdoc IPowerNFT
    function freeSectors(uint256[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            _requireOwned(ids[i]);
            Token storage token = _tokens[ids[i]];
            if (block.number < _expiryEpoch(token)) revert NotExpired(ids[i], _expiryEpoch(token));
            if (token.sectorsFreed) continue;
            token.sectorsFreed = true;
            _accounts[token.minerId].committed.free(token.sectors);
        }
    }

    /// @inheritdoc IPowerNFT
    function weightOf(uint256 id) public view returns (uint64) {
        Token storage token = _known(id);
        return block.number < _expiryEpoch(token) ? token.income.last.weight : 0;
    }

    /// @inheritdoc IPowerNFT
    function nominalPowerOf(uint256 id) external view returns (uint64) {
        return _known(id).nominalPower;
    }

    /// @inheritdoc IPowerNFT
    function expiryOf(uint256 id) external view returns (uint64) {
        return _expiryEpoch(_known(id));
    }

    /// @inheritdoc IPowerNFT
    function earnedOf(uint256 id) public view returns (uint256) {
        Token storage token = _known(id);
        (uint256 earned, ) = _gross(token);
        return _holdersPart(token, earned);
    }

    /// @inheritdoc IPowerNFT
    function payableOf(uint256 id) public view returns (uint256) {
        Token storage token = _known(id);
        (, uint256 covered) = _gross(token);
        return _holdersPart(token, covered) - _holdersPart(token, token.income.taken);
    }

    /// @inheritdoc IPowerNFT
    function unpaidOf(uint256 id) external view returns (uint256) {
        Token storage token = _known(id);
        (uint256 earned, uint256 covered) = _gross(token);
        return _holdersPart(token, earned) - _holdersPart(token, covered);
    }

    /// @inheritdoc IPowerNFT
    function paidOf(uint256 id) external view returns (uint256) {
        Token storage token = _known(id);
        return _holdersPart(token, token.income.taken);
    }

    /// @inheritdoc IPowerNFT
    function creditOf(address holder) external view returns (uint256) {
        return _credits[holder];
    }

    /// @inheritdoc IPowerNFT
    function protocolFees() external view returns (uint256) {
        return _protocolFees;
    }

    /// @inheritdoc IPowerNFT
    function powerOf(uint256 id) public view returns (Power memory power) {
        Token storage token = _known(id);
        power.minerId = token.minerId;
        power.nominalPower = token.nominalPower;
        power.weight = weightOf(id);
        power.expiry = _expiryEpoch(token);
        power.spFeeBps = token.spFeeBps;
        power.protocolFeeBps = token.protocolFeeBps;
        power.royaltyBps = token.royaltyBps;
        power.mintedAt = token.mintedAt;
        power.attestedAt = token.attestedAt;
        for (uint256 i = 0; i < token.sectors.length; ++i) power.sectorCount += uint32(token.sectors[i].count);
    }

    /// @inheritdoc IPowerNFT
    function sectorsOf(uint256 id) public view returns (SectorRange[] memory) {
        return _known(id).sectors;
    }

    /// @inheritdoc IPowerNFT
    function minerAccount(uint64 minerId) external view returns (MinerAccount memory result) {
        Account storage account = _accounts[minerId];
        result.lastSync = account.lastSync;
        result.pairEpoch = account.pairEpoch;
        result.syncDeadline = account.syncDeadline();
        result.qap = account.qap;
        result.weight = account.weight;
        result.living = account.living;
        result.earned = account.earned.earned;
        result.covered = account.earned.covered;
        result.owed = account.earned.owed();
        result.arrears = account.arrears;
        result.rewards = account.rewards;
    }

    /// @inheritdoc IPowerNFT
    function solvency(uint64 minerId) external view returns (Solvency memory) {
        Line storage line = _accounts[minerId].earned;
        return Solvency(address(this).balance, _liabilities, line.earned, line.covered, line.owed());
    }

    /// @inheritdoc IPowerNFT
    function isCommitted(uint64 minerId, uint64 sector) external view returns (bool) {
        return _accounts[minerId].committed.contains(sector);
    }

    /// @inheritdoc IPowerNFT
    function expectedPerDay(uint64 minerId, uint256 qap) external view returns (uint256) {
        return ExpectedIncome.perDay(minerId, qap);
    }

    /// @inheritdoc IPowerNFT
    function minted() external view returns (uint256) {
        return _minted;
    }

    /// @inheritdoc IPowerNFT
    function vaultOf(uint64 minerId) public view returns (address) {
        return VaultAddress.compute(VAULT_IMPLEMENTATION, address(REGISTRY), minerId);
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 id, uint256 price) external view returns (address receiver, uint256 amount) {
        Token storage token = _known(id);
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
            _credits[from] += toHolder;
            emit Credited(id, from, toHolder);
        }
        if (fee != 0) _protocolFees += uint96(fee);
    }

    /// @dev What `applyWeights` carries along, so that each slot is written once.
    struct WeightTotals {
        uint256 weight;
        uint256 units;
        /// @dev The date of expiry whose totals are held here; 0: none.
        uint256 date;
        uint256 dateWeight;
        uint256 dateUnits;
        bool rose;
    }

    function _applyWeight(
        Account storage account,
        uint64 minerId,
        uint256 id,
        uint64 weight,
        WeightTotals memory totals
    ) private {
        Token storage token = _known(id);
        if (token.minerId != minerId) revert WrongMiner(id, token.minerId, minerId);
        if (weight > token.nominalPower) revert WeightAboveNominal(id, weight, token.nominalPower);
        if (block.number >= _expiryEpoch(token)) return;
        uint64 old = token.income.last.weight;
        if (token.attestedAt == 0 && weight != 0) token.attestedAt = uint32(block.number);
        if (weight == old) return;
        if (weight > old) {
            if (account.arrears != 0) revert InArrears(minerId, account.arrears);
            totals.rose = true;
        }
        if (totals.date != token.expiryDate) {
            _flushExpiry(account, totals);
            Expiry storage expiry = account.expiries[token.expiryDate];
            (totals.date, totals.dateWeight, totals.dateUnits) = (token.expiryDate, expiry.weight, expiry.units);
        }
        uint256 payBps = BPS - token.spFeeBps;
        account.earned.setWeight(token.income, payBps, weight);
        totals.weight = totals.weight + weight - old;
        totals.units = totals.units + weight * payBps - old * payBps;
        totals.dateWeight = totals.dateWeight + weight - old;
        totals.dateUnits = totals.dateUnits + weight * payBps - old * payBps;
        emit WeightSet(id, minerId, old, weight);
        emit MetadataUpdate(id);
    }

    function _flushExpiry(Account storage account, WeightTotals memory totals) private {
        if (totals.date == 0) return;
        Expiry storage expiry = account.expiries[totals.date];
        expiry.weight = uint80(totals.dateWeight);
        expiry.units = uint96(totals.dateUnits);
    }

    function _sync(uint64 minerId) private returns (Account storage account) {
        account = _accounts[minerId];
        MinerAccounts.Measured memory m = account.sync(minerId, vaultOf(minerId), rewardFactor());
        uint64 now_ = uint64(block.number);
        if (m.from == now_) return account;
        if (m.gap) emit IncomeGap(minerId, m.from, now_, m.rewards);
        emit Synced(minerId, m.from, now_, m.rewards, m.earned, m.qap);
    }

    /// @dev Marks what an NFT can be paid as taken, and says how it divides.
    function _take(uint256 id) private returns (uint256 toHolder, uint256 fee) {
        Token storage token = _tokens[id];
        (, uint256 covered) = _gross(token);
        uint256 taken = token.income.taken;
        if (covered == taken) return (0, 0);
        toHolder = _holdersPart(token, covered) - _holdersPart(token, taken);
        fee = covered - taken - toHolder;
        token.income.taken = uint96(covered);
    }

    /// @dev Pays by a native send: it runs no code of the payee, and any kind of actor can be paid.
    function _pay(address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert BadPayee(to);
        FilSend.send(to, amount);
    }

    function _checkTerms(MintRequest calldata request, uint16 protocolFee, uint64 now_) private pure {
        if (request.nominalPower == 0) revert NoPower();
        if (request.spFeeBps > MAX_SP_FEE_BPS) revert FeeTooHigh(request.spFeeBps, MAX_SP_FEE_BPS);
        if (request.royaltyBps > MAX_ROYALTY_BPS) revert FeeTooHigh(request.royaltyBps, MAX_ROYALTY_BPS);
        if (protocolFee > request.maxProtocolFeeBps) revert FeeTooHigh(protocolFee, request.maxProtocolFeeBps);
        uint64 expiry = request.expiry;
        if (expiry % GRID != 0) {
            uint64 before = expiry - (expiry % GRID);
            revert ExpiryOffGrid(expiry, before, before + GRID);
        }
        if (expiry < now_ + GRID || expiry > now_ + MAX_TERM) {
            revert TermOutOfRange(expiry, now_ + GRID, now_ + MAX_TERM);
        }
    }

    /// @dev The caller is the miner's owner or operator, and the miner's vault is its beneficiary now.
    function _checkStorageProvider(uint64 minerId) private view {
        address vault = vaultOf(minerId);
        (bool known, uint64 vaultId) = ActorId.resolve(vault);
        if (!known || vault.code.length == 0) revert VaultNotActive(minerId);
        MinerActor.Beneficiary memory b = MinerActor.getBeneficiary(minerId);
        if (b.id != vaultId || b.expiration <= int256(block.number) || b.usedQuota >= b.quota) {
            revert VaultNotActive(minerId);
        }
        (bool found, uint64 caller) = ActorId.resolve(msg.sender);
        if (found && caller == MinerActor.getOwner(minerId)) return;
        if (IMinerVault(vault).operator() != msg.sender) revert NotStorageProvider(minerId, msg.sender);
    }

    function _known(uint256 id) private view returns (Token storage token) {
        token = _tokens[id];
        if (token.minerId == 0) revert UnknownNFT(id);
    }

    function _expiryEpoch(Token storage token) private view returns (uint64) {
        return uint64(token.expiryDate) * GRID;
    }

    /// @dev What an NFT earned and what of it is covered, the protocol's fee included.
    function _gross(Token storage token) private view returns (uint256 earned, uint256 covered) {
        Account storage account = _accounts[token.minerId];
        Expiry storage expiry = account.expiries[token.expiryDate];
        uint256 lastIndex = expiry.closed ? expiry.lastIndex : account.earned.top;
        uint256 payBps = BPS - token.spFeeBps;
        earned = account.earned.earnedBy(token.income, payBps, lastIndex);
        covered = account.earned.coveredOf(token.income, payBps, lastIndex);
    }

    /// @dev The holder's part of income on the line, rounded down; the rest is the protocol's.
    function _holdersPart(Token storage token, uint256 gross) private view returns (uint256) {
        uint256 payBps = BPS - token.spFeeBps;
        return (gross * (payBps - token.protocolFeeBps)) / payBps;
    }
}
