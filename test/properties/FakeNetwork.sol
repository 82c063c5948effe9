// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Protocol } from "./Protocol.sol";
import {
    CALL_ACTOR,
    CALL_ACTOR_ID,
    CHAIN,
    CallActorById__Fake,
    CallActor__Fake,
    Chain__Fake,
    RESOLVE,
    ResolveAddress__Fake
} from "./doubles/Chain__Fake.sol";
import { Grudger } from "./doubles/Grudger.sol";

/// @notice The protocol on the fake chain, with miners whose vaults are their beneficiaries.
abstract contract FakeNetwork is Protocol {
    Chain__Fake internal constant FAKE = Chain__Fake(CHAIN);
    uint256 internal constant FIRST_EPOCH = 200_000;
    uint64 internal constant MINER = 1000;

    function startNetwork(uint64 minerCount) internal returns (uint64[] memory minerIds) {
        vm.roll(FIRST_EPOCH);
        vm.etch(CHAIN, address(new Chain__Fake()).code);
        vm.etch(RESOLVE, address(new ResolveAddress__Fake()).code);
        vm.etch(CALL_ACTOR, address(new CallActor__Fake()).code);
        vm.etch(CALL_ACTOR_ID, address(new CallActorById__Fake()).code);
        deployProtocol();
        FAKE.setNFT(nft);
        minerIds = new uint64[](minerCount);
        for (uint64 i = 0; i < minerCount; ++i) {
            minerIds[i] = MINER + i;
            FAKE.addMiner(minerIds[i], FAKE.addAccount(ownerAt(i)), 1 << 49);
            FAKE.setBeneficiary(minerIds[i], registry.createVault(minerIds[i]), 1e12 ether, 100_000_000);
        }
    }

    function ownerAt(uint64 i) internal pure returns (address) {
        return address(uint160(0xA110 + i));
    }

    /// @notice Two people, a contract that would refuse every payment, and a native actor.
    function holders() internal returns (address[] memory all) {
        all = new address[](4);
        (all[0], all[1]) = (address(0xB0B1), address(0xB0B2));
        all[2] = address(new Grudger());
        all[3] = address(uint160((0xff << 152) | 3333));
    }

    function payees(address[] memory ofHolders) internal pure returns (address[] memory all) {
        all = new address[](3);
        (all[0], all[1], all[2]) = (address(0xCA54), ofHolders[2], ofHolders[3]);
    }
}
