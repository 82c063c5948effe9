// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Where a pool keeps what grows with its people and its machines
/// @notice In rooms, as PowerNFT does (see Slots): in mappings, entries of depositors would lie all over the trie in which
/// the pool's accounts are written too, and every operation would cost more with each of them.
library Rooms {
    /// @dev By address: its shares.
    uint256 internal constant SHARES = 1 << 5;
    /// @dev By NFT: a machine.
    uint256 internal constant RIG = 2 << 5;
    /// @dev By number: a request to redeem.
    uint256 internal constant ENTRY = 3 << 5;
    /// @dev By address: its open requests.
    uint256 internal constant CHAIN = (3 << 5) + 1;
    /// @dev By the hash of owner and spender: what it may spend.
    uint256 internal constant ALLOWANCE = 4 << 5;
    /// @dev By the hash of controller and operator: whether it may act.
    uint256 internal constant OPERATOR = (4 << 5) + 1;
}
