// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Addresses } from "./Addresses.sol";
import {
    CBOR_CODEC,
    EVM_INVALID_INSTRUCTION,
    EVM_REVERTED,
    Exit,
    INVOKE_EVM,
    READ_ONLY,
    SEND,
    SERIALIZATION,
    SYS_ILLEGAL_EXIT_CODE,
    SYS_INSUFFICIENT_FUNDS,
    SYS_NOT_FOUND,
    SYS_READ_ONLY
} from "./Actors.sol";
import { Cbor, Reader } from "./Cbor.sol";
import { SIMULATOR } from "./NativeActor.sol";

interface ISimulator {
    function resolve(bytes calldata raw) external view returns (bool wellFormed, bool found, uint64 id);

    function delegatedAddress(uint64 id) external view returns (bytes memory);

    function contractAt(bytes calldata raw) external view returns (address);

    function reachable(bytes calldata to) external view returns (bool);

    function actorCall(
        bytes calldata to,
        uint64 method,
        bool readOnly,
        bool hasParams,
        bytes calldata params
    ) external payable returns (int256 code, uint64 codec, bytes memory ret);

    function touch() external;
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
        uint256 id = uint256(bytes32(raw));
        require(id <= type(uint64).max);
        return ISimulator(SIMULATOR).delegatedAddress(uint64(id));
    }
}

/// @notice What 0xfe..03 and 0xfe..05 share. The code runs in the calling contract and leaves its storage alone.
abstract contract ActorCaller {
    using Cbor for Reader;

    uint64 private constant FIRST_CALLABLE = 1024;
    /// @dev Lower exit codes belong to the system.
    uint256 private constant FIRST_USER_CODE = 16;
    bytes4 private constant HANDLE_FILECOIN_METHOD = 0x868e10c4;

    struct Request {
        uint64 method;
        uint256 value;
        bool readOnly;
        bool hasParams;
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
        return Request(method, value, flags == 1, codec != 0 || params.length != 0, params, to);
    }

    function _call(Request memory r) internal returns (bytes memory) {
        (bool writable, ) = SIMULATOR.call{ gas: 40_000 }(abi.encodeCall(ISimulator.touch, ()));
        if (!writable) r.readOnly = true;
        if (r.readOnly && r.value != 0) return _failed(SYS_READ_ONLY);
        if (address(this).balance < r.value) {
            // the receiver is looked up before anything is paid
            bool reachable = ISimulator(SIMULATOR).reachable(r.to);
            return _failed(reachable ? SYS_INSUFFICIENT_FUNDS : SYS_NOT_FOUND);
        }
        if (r.method != SEND) {
            address target = ISimulator(SIMULATOR).contractAt(r.to);
            if (target != address(0)) return _callContract(target, r);
        }
        (bool ok, bytes memory ret) = SIMULATOR.call{ value: r.value }(
            abi.encodeCall(ISimulator.actorCall, (r.to, r.method, r.readOnly, r.hasParams, r.params))
        );
        if (ok) return ret;
        require(ret.length >= 4 && bytes4(ret) == Exit.selector);
        return _tail(ret);
    }

    function _failed(int256 code) private pure returns (bytes memory) {
        return abi.encode(code, uint64(0), bytes(""));
    }

    /// @dev Ethereum contracts are called from here, so that they see who calls.
    function _callContract(address target, Request memory r) private returns (bytes memory) {
        bytes memory data;
        if (r.method == INVOKE_EVM) {
            Reader memory reader = Cbor.reader(r.params);
            if (r.params.length != 0) data = reader.readBytes();
            if (!reader.done()) return _failed(SERIALIZATION);
        } else {
            uint64 codec = r.hasParams ? CBOR_CODEC : 0;
            data = abi.encodeWithSelector(HANDLE_FILECOIN_METHOD, r.method, codec, r.params);
        }
        uint256 gasBefore = gasleft();
        (bool ok, bytes memory ret) = r.readOnly ? target.staticcall(data) : target.call{ value: r.value }(data);
        if (!ok) {
            // A broken frame is no revert: it takes all of its gas and says nothing. Inside a read-only call the
            // likely reason is a write.
            if (ret.length == 0 && gasleft() < gasBefore / 32) {
                return _failed(r.readOnly ? READ_ONLY : EVM_INVALID_INSTRUCTION);
            }
            return abi.encode(EVM_REVERTED, CBOR_CODEC, Cbor.bytes_(ret));
        }
        if (r.method == INVOKE_EVM) return abi.encode(int256(0), CBOR_CODEC, Cbor.bytes_(ret));
        return _readHandled(ret);
    }

    /// @dev What `handle_filecoin_method` returned: exit code, codec and bytes; missing words count as zero.
    function _readHandled(bytes memory ret) private pure returns (bytes memory) {
        uint256 code = _word(ret, 0);
        uint256 codec = _word(ret, 32);
        uint256 offset = _word(ret, 64);
        if (code > type(uint32).max || codec > type(uint64).max || offset > type(uint32).max) {
            return _failed(SERIALIZATION);
        }
        uint256 length = _word(ret, offset);
        if (length != 0 && (length > ret.length || offset + 32 + length > ret.length)) return _failed(SERIALIZATION);
        if (codec != CBOR_CODEC && (codec != 0 || length != 0)) return _failed(SERIALIZATION);
        if (code != 0 && code < FIRST_USER_CODE) return _failed(SYS_ILLEGAL_EXIT_CODE);
        bytes memory body = new bytes(length);
        for (uint256 i; i < length; ++i) body[i] = ret[offset + 32 + i];
        return abi.encode(int256(code), uint64(codec), body);
    }

    function _word(bytes memory data, uint256 at) private pure returns (uint256 word) {
        for (uint256 i = at; i < at + 32; ++i) word = (word << 8) | (i < data.length ? uint8(data[i]) : 0);
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
