// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { MinerRegistry } from "../../contracts/miners/MinerRegistry.sol";
import { MinerVault } from "../../contracts/miners/MinerVault.sol";
import { IPowerNFTRenderer } from "../../contracts/power/IPowerNFTRenderer.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Vm } from "./Test.sol";
import { Authority__Open } from "./doubles/Authority__Open.sol";

/// @notice Deploys the protocol, with everybody in every role.
library Protocol {
    Vm private constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function deploy(address deployer) internal returns (PowerNFT nft, MinerRegistry registry) {
        Authority__Open authority = new Authority__Open();
        address planned = VM.computeCreateAddress(deployer, VM.getNonce(deployer) + 2);
        MinerVault vault = new MinerVault(planned);
        registry = new MinerRegistry(address(vault));
        nft = new PowerNFT(address(authority), registry, IPowerNFTRenderer(address(0)));
        require(address(nft) == planned, "protocol: another address than planned");
    }
}
