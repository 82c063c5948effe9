// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC721Errors } from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import { ActorId } from "../fvm/ActorId.sol";
import { MinerActor } from "../fvm/MinerActor.sol";
import { IMinerVault } from "../miners/IMinerVault.sol";
import { Account, Accounts, EXPIRY_GRID, Expiry } from "./Account.sol";
import { GuaranteeLedger } from "./GuaranteeLedger.sol";
import { IncomeMeter } from "./IncomeMeter.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { Ownership, Totals } from "./Ownership.sol";
import { SectorRuns } from "./SectorRuns.sol";
import { SectorSet } from "./SectorSet.sol";
import { Token, Tokens } from "./Token.sol";

/// @title The beginning and the end of an NFT
/// @notice Runs in PowerNFT's context; apart from it, because that contract's size is limited.
library Minting {
    using Accounts for Account;
    using Tokens for Token;

    /// @dev The most sectors of one NFT: 2 PiB of 32 GiB sectors.
    uint256 private constant MAX_SECTORS = 65_536;
    /// @dev The highest service fee of a storage provider (30 %).
    uint16 private constant MAX_SP_FEE_BPS = 3_000;
    /// @dev The highest royalty (10 %).
    uint16 private constant MAX_ROYALTY_BPS = 1_000;
    /// @dev The longest term, epochs: 5 years of 365 days.
    uint64 private constant MAX_TERM = 5_256_000;

    /// @notice What PowerNFT adds to a request.
    struct Context {
        address vault;
        uint16 protocolFeeBps;
        uint16 rewardFactor;
    }

    /// @notice Checks a request, measures the miner's income, and makes the NFT. Emits Minted and Transfer.
    /// @dev All of it in this one frame: the chain stores what a frame wrote each time it is left.
    function mint(IPowerNFT.MintRequest calldata request, Context calldata context) external returns (uint32 id) {
        _checkTerms(request, context.protocolFeeBps);
        _checkStorageProvider(request.minerId, context.vault);
        IncomeMeter.sync(request.minerId, context.vault, context.rewardFactor);
        Account storage account = Accounts.at(request.minerId);
        uint256 arrears = account.currentArrears();
        if (arrears != 0) revert IPowerNFT.InArrears(request.minerId, arrears);

        Totals storage totals = Ownership.totals();
        id = totals.minted + 1;
        totals.minted = id;
        uint16 date = uint16(request.expiry / EXPIRY_GRID);
        Token storage token = Tokens.at(id);
        token.minerId = request.minerId;
        token.nominalPower = request.nominalPower;
        token.expiryDate = date;
        token.spFeeBps = request.spFeeBps;
        token.protocolFeeBps = context.protocolFeeBps;
        token.guaranteed = request.guarantee != 0;
        token.mintedAt = uint32(block.number);
        token.royaltyReceiver = msg.sender;
        token.royaltyBps = request.royaltyBps;
        token.sectorCount = uint24(SectorSet.commit(request.minerId, request.sectors, MAX_SECTORS));
        token.runCount = uint24(request.sectors.length);
        SectorRuns.store(id, request.sectors);
        _count(request, account, Accounts.expiryOf(request.minerId, date));
        if (request.to == address(0)) revert IERC721Errors.ERC721InvalidReceiver(address(0));
        Ownership.move(address(0), request.to, id);
        _say(request, id, context.protocolFeeBps);
        if (request.guarantee != 0) GuaranteeLedger.record(id, context.vault, request.guarantee);
    }

    /// @notice Checks that an NFT may be burned, and takes its traces out of its miner's account. Emits Burned.
    function burn(uint256 id) external {
        Token storage token = Tokens.at(id);
        uint64 minerId = token.minerId;
        Expiry storage date = Accounts.expiryOf(minerId, token.expiryDate);
        if (date.closed) {
            (uint256 earned, uint256 covered) = token.gross(id);
            uint256 unpaid = earned - covered;
            if (token.guaranteed) unpaid += GuaranteeLedger.unpaidOf(id);
            if (unpaid != 0) revert IPowerNFT.NotBurnable(id, token.expiry(), unpaid);
        } else {
            // never attested: it has no weight on the line
            if (token.attestedAt != 0) revert IPowerNFT.NotBurnable(id, token.expiry(), 0);
            Account storage account = Accounts.at(minerId);
            --date.count;
            --account.living;
            date.nominalPower -= token.nominalPower;
            account.nominalPower -= token.nominalPower;
            if (token.guaranteed) GuaranteeLedger.drop(id);
        }
        if (!token.sectorsFreed) SectorSet.free(minerId, SectorRuns.load(uint64(id), token.runCount));
        emit IPowerNFT.Burned(id, minerId);
    }

    /// @notice Frees the sectors of expired NFTs. Emits SectorsFreed for each whose sectors were not free.
    function freeSectors(uint256[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            Token storage token = Tokens.known(ids[i]);
            if (block.number < token.expiry()) revert IPowerNFT.NotExpired(ids[i], token.expiry());
            if (token.sectorsFreed) continue;
            token.sectorsFreed = true;
            SectorSet.free(token.minerId, SectorRuns.load(uint64(ids[i]), token.runCount));
            emit IPowerNFT.SectorsFreed(ids[i], token.minerId);
        }
    }

    /// @dev Adds an NFT to what its miner has sold, and to what ends at its date.
    function _count(IPowerNFT.MintRequest calldata request, Account storage account, Expiry storage date) private {
        uint256 sold = uint256(account.nominalPower) + request.nominalPower;
        if (sold > type(uint64).max) revert IPowerNFT.OutOfRange(sold, 1, type(uint64).max);
        account.nominalPower = uint64(sold);
        date.nominalPower += request.nominalPower; // part of the sum above
        ++account.living;
        ++date.count;
        if (request.guarantee != 0) account.guaranteed = true;
    }

    function _say(IPowerNFT.MintRequest calldata request, uint32 id, uint16 protocolFeeBps) private {
        emit IPowerNFT.Minted(
            id,
            request.minerId,
            request.to,
            request.nominalPower,
            request.expiry,
            request.spFeeBps,
            protocolFeeBps,
            request.royaltyBps,
            request.sectors
        );
    }

    function _checkTerms(IPowerNFT.MintRequest calldata request, uint16 protocolFeeBps) private view {
        if (request.nominalPower == 0) revert IPowerNFT.NoPower();
        if (request.spFeeBps > MAX_SP_FEE_BPS) revert IPowerNFT.FeeTooHigh(request.spFeeBps, MAX_SP_FEE_BPS);
        if (request.royaltyBps > MAX_ROYALTY_BPS) revert IPowerNFT.FeeTooHigh(request.royaltyBps, MAX_ROYALTY_BPS);
        if (protocolFeeBps > request.maxProtocolFeeBps) {
            revert IPowerNFT.FeeTooHigh(protocolFeeBps, request.maxProtocolFeeBps);
        }
        uint64 earliest = uint64(block.number) + EXPIRY_GRID;
        uint64 latest = uint64(block.number) + MAX_TERM;
        if (request.expiry < earliest || request.expiry > latest) {
            revert IPowerNFT.TermOutOfRange(request.expiry, earliest, latest);
        }
        uint64 off = request.expiry % EXPIRY_GRID;
        if (off != 0) {
            revert IPowerNFT.ExpiryOffGrid(request.expiry, request.expiry - off, request.expiry - off + EXPIRY_GRID);
        }
    }

    /// @dev The caller is the miner's owner or operator, and the miner's vault is its beneficiary now. Only the vault's
    /// own code can have approved that: an address without code is no beneficiary.
    function _checkStorageProvider(uint64 minerId, address vault) private view {
        (bool known, uint64 vaultId) = ActorId.resolve(vault);
        if (!known) revert IPowerNFT.VaultNotActive(minerId);
        MinerActor.Beneficiary memory b = MinerActor.getBeneficiary(minerId);
        if (b.id != vaultId || b.expiration <= int256(block.number) || b.usedQuota >= b.quota) {
            revert IPowerNFT.VaultNotActive(minerId);
        }
        uint64 owner = MinerActor.getOwner(minerId);
        (bool found, uint64 caller) = ActorId.resolve(msg.sender);
        if (found && caller == owner) return;
        (address operator, uint64 namedBy) = IMinerVault(vault).namedOperator();
        if (operator != msg.sender || namedBy != owner) revert IPowerNFT.NotStorageProvider(minerId, msg.sender);
    }
}
