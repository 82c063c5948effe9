// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IMinerVault } from "../../contracts/miners/IMinerVault.sol";
import { Addresses } from "../filecoin/contracts/Addresses.sol";
import { Cbor } from "../filecoin/contracts/Cbor.sol";
import { FilecoinSimulator } from "../filecoin/contracts/FilecoinSimulator.sol";
import { InstallFilecoin } from "../filecoin/contracts/InstallFilecoin.sol";
import { SectorRange } from "../filecoin/contracts/Miners.sol";
import { FIRST_SECTOR } from "./PowerHandler.sol";
import { Protocol } from "./Protocol.sol";
import { Grudger } from "./doubles/Grudger.sol";

/// @dev The first so many of the sectors behind NFTs exist; the others never did.
uint64 constant SECTORS_ON_CHAIN = 100;

/// @notice The protocol on the simulated Filecoin, with miners that were enrolled as owners do it.
abstract contract FilecoinNetwork is Protocol {
    uint64 internal constant MINER = 1000;
    uint64 private constant NATIVE = 2999;
    uint64 private constant CHANGE_BENEFICIARY = 30;

    FilecoinSimulator internal sim;

    function startNetwork(uint64 minerCount) internal returns (uint64[] memory minerIds) {
        vm.roll(200_000);
        sim = InstallFilecoin.install(3000);
        deployProtocol();
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

    /// @notice Two people, and a contract that would refuse every payment.
    function holders() internal returns (address[] memory all) {
        all = new address[](3);
        (all[0], all[1], all[2]) = (address(0xB0B1), address(0xB0B2), address(new Grudger()));
    }

    /// @notice A person, that contract, and a native actor.
    function payees(address[] memory ofHolders) internal returns (address[] memory all) {
        all = new address[](3);
        (all[0], all[1], all[2]) = (address(0xCA54), ofHolders[2], Addresses.masked(NATIVE));
        sim.addAccount(NATIVE, "");
    }

    function _addMiner(uint64 id) private {
        sim.addEvm(id + 500, ownerOf(id));
        InstallFilecoin.addMiner(id, id + 500, 1_000 ether, (id * 7919) % 2_880);
        sim.addSectors(
            id,
            SectorRange({
                first: FIRST_SECTOR,
                count: SECTORS_ON_CHAIN,
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
