// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Clones } from "@openzeppelin/contracts/proxy/Clones.sol";

import { PowerActor } from "../fvm/PowerActor.sol";
import { IMinerRegistry } from "./IMinerRegistry.sol";
import { VaultAddress } from "./VaultAddress.sol";

/// @title The registry of vaults
contract MinerRegistry is IMinerRegistry {
    /// @inheritdoc IMinerRegistry
    address public immutable VAULT_IMPLEMENTATION;

    constructor(address vaultImplementation) {
        VAULT_IMPLEMENTATION = vaultImplementation;
    }

    /// @inheritdoc IMinerRegistry
    function createVault(uint64 minerId) external returns (address vault) {
        vault = vaultOf(minerId);
        if (vault.code.length != 0) return vault;
        (bool found, ) = PowerActor.findClaim(minerId);
        if (!found) revert NoPowerClaim(minerId);
        Clones.cloneDeterministicWithImmutableArgs(
            VAULT_IMPLEMENTATION,
            VaultAddress.args(minerId),
            bytes32(uint256(minerId))
        );
        emit VaultCreated(minerId, vault);
    }

    /// @inheritdoc IMinerRegistry
    function vaultOf(uint64 minerId) public view returns (address) {
        return VaultAddress.compute(VAULT_IMPLEMENTATION, address(this), minerId);
    }

    /// @inheritdoc IMinerRegistry
    function exists(uint64 minerId) external view returns (bool) {
        return vaultOf(minerId).code.length != 0;
    }
}
