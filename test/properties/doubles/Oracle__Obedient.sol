// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "../../../contracts/power/IPowerNFT.sol";

/// @notice An oracle that says at once whatever it is told, each time in a frame of its own: so that weights change more
/// often, and at odder moments, than reports of members would let them.
contract Oracle__Obedient {
    address public immutable POWER_NFT;
    uint16 private _frame;

    constructor(address powerNFT) {
        POWER_NFT = powerNFT;
    }

    function setWeights(
        uint64 minerId,
        uint256[] calldata ids,
        uint64[] calldata weights
    ) external returns (uint16 frame) {
        frame = ++_frame;
        IPowerNFT(POWER_NFT).applyWeights(minerId, frame, ids, weights);
    }
}
