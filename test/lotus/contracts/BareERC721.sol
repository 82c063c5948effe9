// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title An ERC-721 that does nothing else
/// @notice For the benchmark: what the chain takes for minting and moving at least.
contract BareERC721 is ERC721("Bare", "BARE") {
    /// @notice Mints.
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}
