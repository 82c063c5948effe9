// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The picture and the metadata of a power NFT, made on chain
interface IPowerNFTRenderer {
    /// @notice A data URI with the JSON metadata, the picture in it.
    /// @param id An NFT of the caller, which is asked for everything that is known of it (IPowerNFT).
    function tokenURI(uint256 id) external view returns (string memory);
}
