// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Addresses } from "../filecoin/contracts/Addresses.sol";
import { Cbor, Reader } from "../filecoin/contracts/Cbor.sol";
import { FilecoinSimulator } from "../filecoin/contracts/FilecoinSimulator.sol";
import { SIMULATOR } from "../filecoin/contracts/NativeActor.sol";
import { OracleHandler } from "./OracleHandler.sol";
import { PowerHandler } from "./PowerHandler.sol";
import { PowerHandlerOnFilecoin } from "./PowerHandlerOnFilecoin.sol";

/// @title The oracle's stateful run on the simulated Filecoin
/// @notice Sectors fault, recover and are terminated; a few of those behind NFTs never existed.
contract OracleHandlerOnFilecoin is OracleHandler, PowerHandlerOnFilecoin {
    using Cbor for Reader;

    uint64 private constant GENERATE_SECTOR_LOCATION = 1321604665;
    uint64 private constant GET_NOMINAL_SECTOR_EXPIRATION = 3010055991;

    constructor(
        PowerNFT nft,
        uint64[] memory minerIds,
        address[] memory holders,
        address[] memory payees
    ) PowerHandlerOnFilecoin(nft, minerIds, holders, payees) {}

    function _sectorOnChain(
        uint64 minerId,
        uint64 sector
    ) internal view override returns (uint64 status, bytes memory aux, int256 expiration) {
        (, bytes memory cbor) = _ask(
            minerId,
            GENERATE_SECTOR_LOCATION,
            bytes.concat(Cbor.array(1), Cbor.uint_(sector))
        );
        Reader memory location = Cbor.reader(cbor);
        location.readArray(2);
        (status, aux) = (location.readUint(), location.readBytes());
        bool exists;
        (exists, cbor) = _ask(minerId, GET_NOMINAL_SECTOR_EXPIRATION, Cbor.uint_(sector));
        expiration = exists ? int256(Cbor.reader(cbor).readInt()) : int256(-1);
    }

    function _ask(
        uint64 minerId,
        uint64 method,
        bytes memory params
    ) private view returns (bool ok, bytes memory answer) {
        (ok, answer) = SIMULATOR.staticcall(
            abi.encodeCall(FilecoinSimulator.actorCall, (Addresses.idBytes(minerId), method, true, true, params))
        );
        if (ok) (, , answer) = abi.decode(answer, (int256, uint64, bytes));
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
