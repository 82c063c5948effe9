// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Where PowerNFT keeps things, and how slots are laid out
/// @notice The chain keeps a contract's storage in a trie of 32-way nodes, by the five highest bits of the slot first;
/// slots are not hashed again. A write stores every node on its way anew and pays for each byte of them, so it is the
/// neighbours of a slot that make it dear. Solidity's mappings scatter slots over the whole trie: with 1,000 NFTs they
/// would double the gas of every write in the contract. Here each kind of figure has a room of its own, figures that
/// change together lie together, and a level of a room is four wide, where the sum over the way down is the least.
///
/// A slot, from its highest bit:
///   10 bits  the room: what is written often has one of its own, what belongs to the same seldom event shares five bits
///   60 bits  the low 24 bits of the index, two bits to each five
///   40 bits  the rest of the index, an id below 2^64
///   60 bits  the low 24 bits of the index within it (0 where there is none), two bits to each five
///   40 bits  the rest of that
///   46 bits  the slot of a structure; only even ones are used, because the trie's last level is one bit wide
/// A holder's address takes 10 + 60 + 136 bits in the same way. Variables without a room (the name, AccessManager,
/// parameters) lie where Solidity puts them, below 2^64: no room is 0.
library Slots {
    /// @dev One slot: PowerNFT's totals. Alone in its room, it lies in the root of the trie.
    uint256 internal constant TOTALS = 1 << 5;
    /// @dev By NFT: whose it is, and what was taken out of it.
    uint256 internal constant OWNERSHIP = 2 << 5;
    /// @dev By actor id of the miner: its account and its line of earned income.
    uint256 internal constant ACCOUNT = 3 << 5;
    /// @dev By address: how many NFTs it holds, and its credit.
    uint256 internal constant HOLDER = 4 << 5;
    /// @dev By NFT, four together: terms, place on the line, and the first of its earlier knots.
    uint256 internal constant TOKEN = 5 << 5;
    /// @dev By NFT and number: runs of sectors.
    uint256 internal constant SECTORS = (5 << 5) + 1;
    /// @dev By NFT and number: earlier knots but the first.
    uint256 internal constant KNOT = (5 << 5) + 2;
    /// @dev By miner and number: checkpoints of the line of earned income.
    uint256 internal constant CHECKPOINT = 6 << 5;
    /// @dev By miner and date: what ends there.
    uint256 internal constant EXPIRY = (6 << 5) + 1;
    /// @dev By miner and number: 256 sectors that may back an NFT, one bit each.
    uint256 internal constant COMMITTED = (6 << 5) + 2;
    /// @dev By NFT: who may move it.
    uint256 internal constant APPROVAL = 7 << 5;
    /// @dev By the hash of holder and operator: whether it may move all of the holder's.
    uint256 internal constant OPERATOR = (7 << 5) + 1;
    /// @dev By NFT: its guarantee. Knots and checkpoints of the line of guarantees lie with those of earned income, under
    /// ids that no NFT and no miner has.
    uint256 internal constant GUARANTEE = 8 << 5;
    /// @dev By miner: its guarantees together, and their line.
    uint256 internal constant GUARANTEE_ACCOUNT = (8 << 5) + 1;
    /// @dev By miner and date: guarantees that end there.
    uint256 internal constant GUARANTEE_DATE = (8 << 5) + 2;

    /// @dev Each NFT has 16 slots of a node's 64.
    uint256 private constant TOKEN_SHIFT = 4;
    uint256 private constant FIRST_KNOT = 8;
    uint256 private constant ROOM_SHIFT = 246;
    uint256 private constant INDEX_SHIFT = 186;
    uint256 private constant INDEX_REST_SHIFT = 146;
    uint256 private constant WITHIN_SHIFT = 86;
    uint256 private constant WITHIN_REST_SHIFT = 46;
    uint256 private constant ADDRESS_REST_SHIFT = 50;
    uint256 private constant HALF6 = 0xFC000003F;
    uint256 private constant HALF2 = 0x6000C0018003;
    uint256 private constant SPREAD_BITS = 24;
    uint256 private constant SPREAD_MASK = (1 << SPREAD_BITS) - 1;

    /// @notice The slot of an NFT or a miner in a room.
    function at(uint256 room, uint64 id) internal pure returns (uint256) {
        return
            (room << ROOM_SHIFT) |
            (_spread(id & SPREAD_MASK) << INDEX_SHIFT) |
            (uint256(id >> SPREAD_BITS) << INDEX_REST_SHIFT);
    }

    /// @notice The slot of an NFT in the room of terms and places: four NFTs share a node, for reports speak of neighbours.
    function ofToken(uint64 id) internal pure returns (uint256) {
        return at(TOKEN, id >> 2) | ((id & 3) << TOKEN_SHIFT);
    }

    /// @notice The slot of an NFT's earlier knot: the first lies with the NFT, behind its own four slots, for few have
    /// another; of the others those of one number and four NFTs share a node.
    function ofKnot(uint64 id, uint256 n) internal pure returns (uint256) {
        return n == 0 ? ofToken(id) + FIRST_KNOT : at(KNOT, id >> 2, n) | ((id & 3) << TOKEN_SHIFT);
    }

    /// @notice The slot of what is number `n` (below 2^64) of an NFT or a miner in a room.
    function at(uint256 room, uint64 id, uint256 n) internal pure returns (uint256) {
        return at(room, id) | (_spread(n & SPREAD_MASK) << WITHIN_SHIFT) | ((n >> SPREAD_BITS) << WITHIN_REST_SHIFT);
    }

    /// @notice The slot of an address in a room.
    function at(uint256 room, address holder) internal pure returns (uint256) {
        uint256 index = uint160(holder);
        return
            (room << ROOM_SHIFT) |
            (_spread(index & SPREAD_MASK) << INDEX_SHIFT) |
            ((index >> SPREAD_BITS) << ADDRESS_REST_SHIFT);
    }

    /// @notice The slot of a holder and somebody who may do something for it, in a room.
    function ofPair(uint256 room, address holder, address other) internal pure returns (uint256) {
        return (room << ROOM_SHIFT) | (uint256(keccak256(abi.encode(holder, other))) >> 10);
    }

    /// @notice Clears a structure that begins at a slot: the even ones of so many slots.
    function clear(uint256 slot, uint256 slots) internal {
        assembly ("memory-safe") {
            for {
                let i := 0
            } lt(i, slots) {
                i := add(i, 2)
            } {
                sstore(add(slot, i), 0)
            }
        }
    }

    /// @dev 24 bits, two to each five.
    function _spread(uint256 bits) private pure returns (uint256) {
        bits = (bits & 0xFFF) | ((bits & 0xFFF000) << 18); // two halves of 12, 30 apart
        bits = (bits & HALF6) | ((bits & (HALF6 << 6)) << 9); // four of 6, 15 apart
        return (bits & HALF2) | ((bits & (HALF2 << 2)) << 3) | ((bits & (HALF2 << 4)) << 6); // twelve of 2, 5 apart
    }
}
