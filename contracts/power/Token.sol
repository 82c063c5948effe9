// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Account, EXPIRY_GRID, Expiry } from "./Account.sol";
import { IncomeLedger, Line, Position } from "./IncomeLedger.sol";
import { IPowerNFT } from "./IPowerNFT.sol";

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
    /// @notice The epoch of the first attested weight; 0 before it.
    uint32 attestedAt;
    // slots 1, 2, 3
    /// @notice Its place on the miner's line of earned income.
    Position income;
    // slot 4
    /// @notice Who gets the royalties.
    address royaltyReceiver;
    /// @notice Whether its sectors may back other NFTs again.
    bool sectorsFreed;
    /// @notice How many sectors are behind it.
    uint24 sectorCount;
    /// @notice The highest weight so far, bytes of QAP.
    uint64 peakWeight;
    // slot 5
    /// @notice The sectors behind it.
    IPowerNFT.SectorRange[] sectors;
}

/// @title What follows from an NFT and its miner's account
library Tokens {
    using IncomeLedger for Line;

    /// @dev Basis points in the whole.
    uint256 private constant BPS = 10_000;

    /// @notice The NFT of an id; an unknown id is refused.
    function known(mapping(uint256 => Token) storage tokens, uint256 id) internal view returns (Token storage token) {
        token = tokens[id];
        if (token.minerId == 0) revert IPowerNFT.UnknownNFT(id);
    }

    /// @notice The first epoch without income.
    function expiry(Token storage token) internal view returns (uint64) {
        return uint64(token.expiryDate) * EXPIRY_GRID;
    }

    /// @notice The part of income that lies on the line: all but the storage provider's fee, basis points.
    function payBps(Token storage token) internal view returns (uint256) {
        return BPS - token.spFeeBps;
    }

    /// @notice What an NFT earned and what of it is covered, the protocol's fee included, attoFIL.
    function gross(
        Token storage token,
        Account storage account
    ) internal view returns (uint256 earned, uint256 covered) {
        uint256 lastIndex = _lastIndex(token, account);
        uint256 part = payBps(token);
        earned = account.earned.earnedBy(token.income, part, lastIndex);
        covered = account.earned.coveredOf(token.income, part, lastIndex);
    }

    /// @notice What of an NFT's income is covered, the protocol's fee included, attoFIL.
    function grossCovered(Token storage token, Account storage account) internal view returns (uint256) {
        return account.earned.coveredOf(token.income, payBps(token), _lastIndex(token, account));
    }

    /// @notice The holder's part of income on the line, rounded down; the rest is the protocol's.
    function holdersPart(Token storage token, uint256 amount) internal view returns (uint256) {
        uint256 part = payBps(token);
        return (amount * (part - token.protocolFeeBps)) / part;
    }

    /// @dev The checkpoint at which income ended, or the top of the line.
    function _lastIndex(Token storage token, Account storage account) private view returns (uint256) {
        Expiry storage date = account.expiries[token.expiryDate];
        return date.closed ? date.lastIndex : account.earned.top;
    }
}
