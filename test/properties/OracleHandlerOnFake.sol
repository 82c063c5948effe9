// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { OracleHandler } from "./OracleHandler.sol";
import { FIRST_SECTOR, PowerHandler, SECTORS } from "./PowerHandler.sol";
import { PowerHandlerOnFake } from "./PowerHandlerOnFake.sol";
import { CHAIN, Chain__Fake } from "./doubles/Chain__Fake.sol";

/// @title The oracle's stateful run on the fake chain, whose sectors fault, recover, end and vanish
contract OracleHandlerOnFake is OracleHandler, PowerHandlerOnFake {
    Chain__Fake private constant FAKE = Chain__Fake(CHAIN);

    constructor(
        PowerNFT nft,
        uint64[] memory minerIds,
        address[] memory holders,
        address[] memory payees
    ) PowerHandlerOnFake(nft, minerIds, holders, payees) {}

    /// @dev Sectors change in runs; one in two is active afterwards.
    function _setPower(
        uint64 minerId,
        uint256 seed
    ) internal override(PowerHandler, PowerHandlerOnFake) returns (bool) {
        uint64 first = FIRST_SECTOR + uint64((seed >> 160) % SECTORS);
        uint64 count = uint64((seed >> 168) % 24);
        for (uint64 k = 0; k < count; ++k) {
            uint256 draw = uint256(keccak256(abi.encode(seed, k)));
            uint64 expiration = uint64(block.number + ((draw >> 8) % 2_000_000) + 1);
            uint256 state = draw % 6;
            FAKE.setSector(minerId, first + k, Chain__Fake.SectorState(state < 4 ? state : 1), expiration);
        }
        return super._setPower(minerId, seed);
    }

    function _sectorOnChain(
        uint64 minerId,
        uint64 sector
    ) internal view override returns (uint64 status, bytes memory aux, int256 expiration) {
        Chain__Fake.Sector memory s = FAKE.sector(minerId, sector);
        aux = FAKE.placeOf(minerId, sector);
        if (s.state == Chain__Fake.SectorState.Gone) return (0, aux, -1);
        return (uint64(s.state), aux, int256(uint256(s.expiration)));
    }

    // the oracle's handler speaks for both

    function actions() public view override(PowerHandler, OracleHandler) returns (bytes4[] memory) {
        return super.actions();
    }

    function check() public override(PowerHandler, OracleHandler) {
        super.check();
    }

    function _report(
        uint64 minerId,
        uint256[] memory ids,
        uint64[] memory weights
    ) internal override(PowerHandler, OracleHandler) returns (uint16) {
        return super._report(minerId, ids, weights);
    }
}
