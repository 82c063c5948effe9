// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { MinerRegistry } from "../../contracts/miners/MinerRegistry.sol";
import { MinerVault } from "../../contracts/miners/MinerVault.sol";
import { IPowerNFTRenderer } from "../../contracts/power/IPowerNFTRenderer.sol";
import { IPowerOracle } from "../../contracts/power/IPowerOracle.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Test } from "./Test.sol";
import { Authority__Open } from "./doubles/Authority__Open.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @notice The protocol, with everybody in every role.
abstract contract Protocol is Test {
    PowerNFT internal nft;
    MinerRegistry internal registry;

    function deployProtocol() internal {
        address authority = address(new Authority__Open());
        address planned = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3);
        IPowerOracle oracle = IPowerOracle(newOracle(authority, planned));
        registry = new MinerRegistry(address(new MinerVault(planned)));
        nft = new PowerNFT(authority, registry, oracle, IPowerNFTRenderer(address(0)));
        assertTrue(address(nft) == planned, "the address that was planned");
    }

    /// @dev Deploys what sets weights.
    function newOracle(address, address powerNFT) internal virtual returns (address) {
        return address(new Oracle__Obedient(powerNFT));
    }
}
