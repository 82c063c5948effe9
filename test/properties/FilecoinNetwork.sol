// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IMinerVault } from "../../contracts/miners/IMinerVault.sol";
import { MinerRegistry } from "../../contracts/miners/MinerRegistry.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Addresses } from "../filecoin/contracts/Addresses.sol";
import { Cbor } from "../filecoin/contracts/Cbor.sol";
import { FilecoinSimulator } from "../filecoin/contracts/FilecoinSimulator.sol";
import { InstallFilecoin } from "../filecoin/contracts/InstallFilecoin.sol";
import { SectorRange } from "../filecoin/contracts/Miners.sol";
import { Protocol } from "./Protocol.sol";
import { Test } from "./Test.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @notice The protocol on the simulated Filecoin, with miners that were enrolled as owners do it.
abstract contract FilecoinNetwork is Test {
    uint64 internal constant MINER = 1000;
    uint64 private constant CHANGE_BENEFICIARY = 30;

    FilecoinSimulator internal sim;
    PowerNFT internal nft;
    Oracle__Obedient internal oracle;

    function startNetwork(uint64 minerCount) internal returns (uint64[] memory minerIds) {
        vm.roll(200_000);
        sim = InstallFilecoin.install(3000);
        MinerRegistry registry;
        (nft, registry, oracle) = Protocol.deploy(address(this));
        minerIds = new uint64[](minerCount);
        for (uint64 i = 0; i < minerCount; ++i) {
            minerIds[i] = MINER + i;
            _addMiner(minerIds[i]);
            IMinerVault vault = IMinerVault(registry.createVault(minerIds[i]));
            bytes memory proposal = bytes.concat(
                hex"83",
                Cbor.bytes_(Addresses.f410(address(vault))),
                Cbor.bigUint(vault.REQUIRED_QUOTA()),
                hex"1a",
                abi.encodePacked(uint32(uint64(vault.REQUIRED_EXPIRATION())))
            );
            vm.prank(ownerOf(minerIds[i]));
            sim.message(Addresses.idBytes(minerIds[i]), CHANGE_BENEFICIARY, proposal);
            assertTrue(vault.activate(), "the vault is the beneficiary");
        }
    }

    function ownerOf(uint64 minerId) internal pure returns (address) {
        return address(uint160(0xA110 + minerId));
    }

    function _addMiner(uint64 id) private {
        sim.addEvm(id + 500, ownerOf(id));
        InstallFilecoin.addMiner(id, id + 500, 1_000 ether, (id * 7919) % 2_880);
        sim.addSectors(
            id,
            SectorRange({
                first: 0,
                count: 64,
                deadline: 3,
                partition: 0,
                activation: int64(uint64(block.number) - 100_000),
                expiration: int64(uint64(block.number) + 1_500_000),
                raw: 1 << 35,
                qa: 1 << 43,
                pledge: 1 ether
            })
        );
    }
}
