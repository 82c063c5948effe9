// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What the rules say that each NFT earned, and what of it cash covers: by brute force
/// @notice Every NFT is followed by itself through every stretch of time between two events. Over a stretch it earns
/// rewards * weight * payBps / (max(mean QAP, sum of weights) * 10,000); cash covers stretch after stretch.
/// @dev Amounts are attoFIL * 2^128 ("fine"). Each addition rounds down by less than 2^-128 attoFIL and nothing else is
/// rounded, so a sum of n terms is exact to n * 2^-128 attoFIL: far below what the contracts round (1 attoFIL).
contract ReferenceLedger {
    uint256 public constant ONE = 1 << 128;

    struct Nft {
        uint64 minerId;
        uint256 payBps;
        uint256 feeBps;
        uint64 expiry;
        uint256 weight;
        /// @dev Earned so far, fine.
        uint256 earned;
        /// @dev Earned in stretches that cash covers wholly, fine.
        uint256 covered;
        /// @dev How many stretches it has lived through with income.
        uint256 stretches;
    }

    struct Stretch {
        uint256 income;
        mapping(uint256 id => uint256) part;
    }

    struct Miner {
        uint256[] ids;
        uint256 lastSync;
        uint256 qap;
        Stretch[] stretches;
        /// @dev The first stretch that is not covered wholly, and what of it is, fine.
        uint256 mark;
        uint256 markPart;
        /// @dev All cash, attoFIL, and what of it found no income (the contracts' rounding up), fine.
        uint256 cash;
        uint256 surplus;
    }

    mapping(uint256 id => Nft) private _nfts;
    mapping(uint64 minerId => Miner) private _miners;

    function mint(uint256 id, uint64 minerId, uint256 spFeeBps, uint256 feeBps, uint64 expiry) external {
        Nft storage n = _nfts[id];
        (n.minerId, n.payBps, n.feeBps, n.expiry) = (minerId, 10_000 - spFeeBps, feeBps, expiry);
        _miners[minerId].ids.push(id);
    }

    function setWeight(uint256 id, uint256 weight) external {
        _nfts[id].weight = weight;
    }

    /// @notice Rewards of (lastSync, now], with the power found now.
    function sync(uint64 minerId, uint256 rewards, uint256 qap) external {
        Miner storage m = _miners[minerId];
        uint256 from = m.lastSync;
        if (from == block.number) return;
        if (from != 0 && rewards != 0) {
            uint256 meanTimes2 = m.qap + qap;
            for (uint256 at = from; at < block.number;) {
                uint256 until = _nextExpiry(m, at);
                _earn(m, rewards * (until - at), block.number - from, meanTimes2, at);
                at = until;
            }
        }
        (m.lastSync, m.qap) = (block.number, qap);
    }

    /// @notice Cash that came out of the miner.
    function cover(uint64 minerId, uint256 amount) external {
        Miner storage m = _miners[minerId];
        m.cash += amount;
        uint256 left = (amount << 128) + m.surplus;
        m.surplus = 0;
        while (left != 0) {
            if (m.mark == m.stretches.length) {
                m.surplus = left;
                return;
            }
            Stretch storage s = m.stretches[m.mark];
            uint256 open = s.income - m.markPart;
            if (left < open) {
                m.markPart += left;
                return;
            }
            left -= open;
            (m.mark, m.markPart) = (m.mark + 1, 0);
            for (uint256 i = 0; i < m.ids.length; ++i) _nfts[m.ids[i]].covered += s.part[m.ids[i]];
        }
    }

    function nft(uint256 id) external view returns (Nft memory) {
        return _nfts[id];
    }

    /// @notice What an NFT earned, the protocol's fee included, fine.
    function earnedOf(uint256 id) external view returns (uint256) {
        return _nfts[id].earned;
    }

    /// @notice What of it cash covers, fine.
    function coveredOf(uint256 id) external view returns (uint256 covered) {
        Nft storage n = _nfts[id];
        Miner storage m = _miners[n.minerId];
        covered = n.covered;
        if (m.markPart != 0) {
            Stretch storage s = m.stretches[m.mark];
            covered += Math.mulDiv(s.part[id], m.markPart, s.income);
        }
    }

    /// @notice The holder's part of a fine amount.
    function holdersPart(uint256 id, uint256 fine) external view returns (uint256) {
        Nft storage n = _nfts[id];
        return Math.mulDiv(fine, n.payBps - n.feeBps, n.payBps);
    }

    /// @notice How many stretches with income the miner has had: the contracts may round once in each.
    function stretchesOf(uint64 minerId) external view returns (uint256) {
        return _miners[minerId].stretches.length;
    }

    function cashOf(uint64 minerId) external view returns (uint256) {
        return _miners[minerId].cash;
    }

    function qapOf(uint64 minerId) external view returns (uint256) {
        return _miners[minerId].qap;
    }

    function lastSyncOf(uint64 minerId) external view returns (uint256) {
        return _miners[minerId].lastSync;
    }

    /// @notice Sum of the weights that earn right after the last sync, and how many NFTs have not expired then.
    function weightOf(uint64 minerId) external view returns (uint256 weight, uint256 living) {
        Miner storage m = _miners[minerId];
        for (uint256 i = 0; i < m.ids.length; ++i) {
            Nft storage n = _nfts[m.ids[i]];
            if (n.expiry <= m.lastSync) continue;
            weight += n.weight;
            ++living;
        }
    }

    /// @notice An NFT that never earned is gone.
    function remove(uint256 id) external {
        Miner storage m = _miners[_nfts[id].minerId];
        for (uint256 i = 0; i < m.ids.length; ++i) {
            if (m.ids[i] != id) continue;
            m.ids[i] = m.ids[m.ids.length - 1];
            m.ids.pop();
            return;
        }
    }

    function _nextExpiry(Miner storage m, uint256 at) private view returns (uint256 until) {
        until = block.number;
        for (uint256 i = 0; i < m.ids.length; ++i) {
            uint256 expiry = _nfts[m.ids[i]].expiry;
            if (expiry > at && expiry < until) until = expiry;
        }
    }

    /// @dev One stretch: rewardTime / span is its part of the rewards.
    function _earn(Miner storage m, uint256 rewardTime, uint256 span, uint256 meanTimes2, uint256 at) private {
        uint256 weight = 0;
        for (uint256 i = 0; i < m.ids.length; ++i) {
            Nft storage n = _nfts[m.ids[i]];
            if (n.expiry > at) weight += n.weight;
        }
        if (weight == 0) return;
        uint256 sharedTimes2 = meanTimes2 > 2 * weight ? meanTimes2 : 2 * weight;
        Stretch storage s = m.stretches.push();
        for (uint256 i = 0; i < m.ids.length; ++i) {
            Nft storage n = _nfts[m.ids[i]];
            if (n.expiry <= at || n.weight == 0) continue;
            uint256 part = Math.mulDiv(2 * rewardTime * n.weight * n.payBps, ONE, span * sharedTimes2 * 10_000);
            s.part[m.ids[i]] = part;
            s.income += part;
            n.earned += part;
            ++n.stretches;
        }
    }
}
