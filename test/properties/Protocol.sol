// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { MinerRegistry } from "../../contracts/miners/MinerRegistry.sol";
import { MinerVault } from "../../contracts/miners/MinerVault.sol";
import { IPowerNFTRenderer } from "../../contracts/power/IPowerNFTRenderer.sol";
import { IPowerOracle } from "../../contracts/power/IPowerOracle.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Vm } from "./Test.sol";
import { Authority__Open } from "./doubles/Authority__Open.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @notice Deploys the protocol, with everybody in every role.
library Protocol {
    Vm private constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function deploy(address deployer) internal returns (PowerNFT nft, MinerRegistry registry, Oracle__Obedient oracle) {
        Authority__Open authority = new Authority__Open();
        address planned = VM.computeCreateAddress(deployer, VM.getNonce(deployer) + 3);
        oracle = new Oracle__Obedient(planned);
        MinerVault vault = new MinerVault(planned);
        registry = new MinerRegistry(address(vault));
        nft = new PowerNFT(address(authority), registry, IPowerOracle(address(oracle)), IPowerNFTRenderer(address(0)));
        require(address(nft) == planned, "protocol: another address than planned");
    }
}
