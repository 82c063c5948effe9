// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ActorId } from "../fvm/ActorId.sol";
import { MinerActor } from "../fvm/MinerActor.sol";
import { IMinerVault } from "../miners/IMinerVault.sol";
import { Account, Accounts, EXPIRY_GRID, Expiry } from "./Account.sol";
import { IncomeMeter } from "./IncomeMeter.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { SectorSet } from "./SectorSet.sol";
import { Token, Tokens } from "./Token.sol";

/// @title The beginning and the end of an NFT
/// @notice Runs in PowerNFT's context; apart from it, because that contract's size is limited.
library Minting {
    using SectorSet for mapping(uint256 => uint256);
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
        uint256 id;
        address vault;
        uint16 protocolFeeBps;
        uint16 rewardFactor;
    }

    /// @notice Checks a request, measures the miner's income, and writes the NFT down. Emits Minted.
    function mint(
        Token storage token,
        Account storage account,
        IPowerNFT.MintRequest calldata request,
        Context calldata context
    ) external {
        _checkTerms(request, context.protocolFeeBps);
        _checkStorageProvider(request.minerId, context.vault);
        IncomeMeter.sync(account, request.minerId, context.vault, context.rewardFactor);
        uint256 arrears = account.currentArrears();
        if (arrears != 0) revert IPowerNFT.InArrears(request.minerId, arrears);

        uint16 date = uint16(request.expiry / EXPIRY_GRID);
        token.minerId = request.minerId;
        token.nominalPower = request.nominalPower;
        token.expiryDate = date;
        token.spFeeBps = request.spFeeBps;
        token.protocolFeeBps = context.protocolFeeBps;
        token.royaltyBps = request.royaltyBps;
        token.mintedAt = uint32(block.number);
        token.royaltyReceiver = msg.sender;
        for (uint256 i = 0; i < request.sectors.length; ++i) token.sectors.push(request.sectors[i]);
        token.sectorCount = uint24(account.committed.commit(request.minerId, request.sectors, MAX_SECTORS));
        ++account.expiries[date].count;
        ++account.living;
        emit IPowerNFT.Minted(
            context.id,
            request.minerId,
            request.to,
            request.nominalPower,
            request.expiry,
            request.spFeeBps,
            context.protocolFeeBps,
            request.royaltyBps,
            request.sectors
        );
    }

    /// @notice Checks that an NFT may be burned and takes its traces out of the account. Emits Burned.
    function burn(Token storage token, Account storage account, uint256 id) external {
        Expiry storage date = account.expiries[token.expiryDate];
        if (date.closed) {
            (uint256 earned, uint256 covered) = token.gross(account);
            if (earned != covered) revert IPowerNFT.NotBurnable(id, token.expiry(), earned - covered);
        } else {
            // never attested: it has no weight on the line
            if (token.attestedAt != 0) revert IPowerNFT.NotBurnable(id, token.expiry(), 0);
            --date.count;
            --account.living;
        }
        if (!token.sectorsFreed) account.committed.free(token.sectors);
        emit IPowerNFT.Burned(id, token.minerId);
    }

    /// @notice Frees the sectors of an expired NFT.
    function freeSectors(Token storage token, Account storage account, uint256 id) external {
        if (block.number < token.expiry()) revert IPowerNFT.NotExpired(id, token.expiry());
        if (token.sectorsFreed) return;
        token.sectorsFreed = true;
        account.committed.free(token.sectors);
        emit IPowerNFT.SectorsFreed(id, token.minerId);
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

    /// @dev The caller is the miner's owner or operator, and the miner's vault is its beneficiary now.
    function _checkStorageProvider(uint64 minerId, address vault) private view {
        (bool known, uint64 vaultId) = ActorId.resolve(vault);
        if (!known || vault.code.length == 0) revert IPowerNFT.VaultNotActive(minerId);
        MinerActor.Beneficiary memory b = MinerActor.getBeneficiary(minerId);
        if (b.id != vaultId || b.expiration <= int256(block.number) || b.usedQuota >= b.quota) {
            revert IPowerNFT.VaultNotActive(minerId);
        }
        (bool found, uint64 caller) = ActorId.resolve(msg.sender);
        if (found && caller == MinerActor.getOwner(minerId)) return;
        if (IMinerVault(vault).operator() != msg.sender) revert IPowerNFT.NotStorageProvider(minerId, msg.sender);
    }
}
