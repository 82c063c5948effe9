// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Addresses } from "./Addresses.sol";
import { CBOR_CODEC, EVM_REVERTED, Exit, FIRST_EXPORTED, INVOKE_EVM, SEND, SYS_INSUFFICIENT_FUNDS } from "./Actors.sol";
import { Cbor, Reader } from "./Cbor.sol";
import { SIMULATOR } from "./NativeActor.sol";

interface ISimulator {
    function resolve(bytes calldata raw) external view returns (bool wellFormed, bool found, uint64 id);

    function delegatedAddress(uint256 id) external view returns (bytes memory);

    function contractAt(bytes calldata raw) external view returns (address);

    function actorCall(
        bytes calldata to,
        uint64 method,
        bool readOnly,
        bytes calldata params
    ) external payable returns (int256 code, uint64 codec, bytes memory ret);
}

/// @notice 0xfe..01: the id of an address, nothing for one that is unknown.
contract ResolveAddress {
    fallback(bytes calldata raw) external returns (bytes memory) {
        (bool wellFormed, bool found, uint64 id) = ISimulator(SIMULATOR).resolve(raw);
        require(wellFormed);
        return found ? abi.encode(id) : bytes("");
    }
}

/// @notice 0xfe..02: the f4 address of an id, nothing for an actor without one.
contract LookupDelegatedAddress {
    fallback(bytes calldata raw) external returns (bytes memory) {
        return ISimulator(SIMULATOR).delegatedAddress(uint256(bytes32(raw)));
    }
}

/// @notice What 0xfe..03 and 0xfe..05 share. The code runs in the calling contract and leaves its storage alone.
abstract contract ActorCaller {
    using Cbor for Reader;

    uint64 private constant FIRST_CALLABLE = 1024;
    bytes4 private constant HANDLE_FILECOIN_METHOD = 0x868e10c4;

    struct Request {
        uint64 method;
        uint256 value;
        bool readOnly;
        bytes params;
        bytes to;
    }

    /// @dev Refuses what the chain refuses before it calls anybody.
    function _request(
        uint64 method,
        uint256 value,
        uint64 flags,
        uint64 codec,
        bytes memory params,
        bytes memory to
    ) internal pure returns (Request memory) {
        require(method == SEND || method >= FIRST_CALLABLE);
        require(flags <= 1);
        require(codec == CBOR_CODEC || (codec == 0 && params.length == 0));
        require(Addresses.wellFormed(to));
        return Request(method, value, flags == 1, params, to);
    }

    function _call(Request memory r) internal returns (bytes memory) {
        if (address(this).balance < r.value) return abi.encode(SYS_INSUFFICIENT_FUNDS, uint64(0), bytes(""));
        if (r.method != SEND) {
            address target = ISimulator(SIMULATOR).contractAt(r.to);
            if (target != address(0)) return _callContract(target, r);
        }
        (bool ok, bytes memory ret) = SIMULATOR.call{ value: r.value }(
            abi.encodeCall(ISimulator.actorCall, (r.to, r.method, r.readOnly, r.params))
        );
        if (ok) return ret;
        require(ret.length >= 4 && bytes4(ret) == Exit.selector);
        return _tail(ret);
    }

    /// @dev Ethereum contracts are called from here, so that they see who calls.
    function _callContract(address target, Request memory r) private returns (bytes memory) {
        bool raw = r.method == INVOKE_EVM;
        bytes memory data;
        if (raw) {
            Reader memory reader = Cbor.reader(r.params);
            if (r.params.length != 0) data = reader.readBytes();
            if (!reader.done()) return abi.encode(int256(21), uint64(0), bytes(""));
        } else if (r.method < FIRST_EXPORTED) {
            return abi.encode(int256(18), uint64(0), bytes(""));
        } else {
            uint64 codec = r.params.length == 0 ? 0 : CBOR_CODEC;
            data = abi.encodeWithSelector(HANDLE_FILECOIN_METHOD, r.method, codec, r.params);
        }
        uint256 gasBefore = gasleft();
        (bool ok, bytes memory ret) = r.readOnly ? target.staticcall(data) : target.call{ value: r.value }(data);
        if (!ok) {
            // A write inside a read-only call is no revert: it ends the frame and takes all of its gas.
            if (ret.length == 0 && gasleft() < gasBefore / 32) {
                return abi.encode(int256(r.readOnly ? int8(25) : int8(7)), uint64(0), bytes(""));
            }
            return abi.encode(EVM_REVERTED, CBOR_CODEC, Cbor.bytes_(ret));
        }
        if (raw) return abi.encode(int256(0), CBOR_CODEC, Cbor.bytes_(ret));
        if (ret.length < 128) return abi.encode(int256(21), uint64(0), bytes(""));
        (uint32 exit, uint64 retCodec, bytes memory body) = abi.decode(ret, (uint32, uint64, bytes));
        return abi.encode(int256(uint256(exit)), body.length == 0 ? 0 : retCodec, body);
    }

    /// @dev The arguments of an error, without its selector.
    function _tail(bytes memory error_) private pure returns (bytes memory out) {
        uint256 length = error_.length - 4;
        assembly {
            out := add(error_, 4)
            mstore(out, length)
        }
    }
}

/// @notice 0xfe..03: calls an actor by its address bytes. Works by DELEGATECALL only.
contract CallActor is ActorCaller {
    address private constant SELF = 0xfe00000000000000000000000000000000000003;

    fallback(bytes calldata input) external payable returns (bytes memory) {
        require(address(this) != SELF);
        (uint64 method, uint256 value, uint64 flags, uint64 codec, bytes memory params, bytes memory to) = abi.decode(
            input,
            (uint64, uint256, uint64, uint64, bytes, bytes)
        );
        return _call(_request(method, value, flags, codec, params, to));
    }
}

/// @notice 0xfe..05: calls an actor by its id. Works by DELEGATECALL only.
contract CallActorById is ActorCaller {
    address private constant SELF = 0xfe00000000000000000000000000000000000005;

    fallback(bytes calldata input) external payable returns (bytes memory) {
        require(address(this) != SELF);
        (uint64 method, uint256 value, uint64 flags, uint64 codec, bytes memory params, uint64 to) = abi.decode(
            input,
            (uint64, uint256, uint64, uint64, bytes, uint64)
        );
        return _call(_request(method, value, flags, codec, params, Addresses.idBytes(to)));
    }
}
