// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "./IPowerNFT.sol";

/// @title The picture and the metadata of a power NFT, made on chain
interface IPowerNFTRenderer {
    /// @notice A data URI with the JSON metadata, the picture in it.
    /// @param power What the NFT contract calling knows of the NFT.
    /// @param earned The holder's income to date, attoFIL.
    /// @param payableNow What a claim pays now, attoFIL.
    function tokenURI(
        uint256 id,
        IPowerNFT.Power calldata power,
        IPowerNFT.SectorRange[] calldata sectors,
        uint256 earned,
        uint256 payableNow
    ) external view returns (string memory);
}
