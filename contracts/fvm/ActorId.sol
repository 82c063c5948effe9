// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { PrecompilesAPI } from "@zondax/filecoin-solidity/contracts/v0.8/PrecompilesAPI.sol";
import { FilAddresses } from "@zondax/filecoin-solidity/contracts/v0.8/utils/FilAddresses.sol";

/// @title Actor ids and EVM addresses
/// @notice An actor without an EVM address of its own is known to the EVM by its id under a mask: 0xff, eleven zero
/// bytes, the id.
library ActorId {
    /// @dev The first twelve bytes of a masked id.
    uint256 private constant MASK = 0xff << 152;
    /// @dev 040a || 20 bytes: an address in the name space of the EVM actors.
    uint256 private constant DELEGATED_LENGTH = 22;
    uint256 private constant DELEGATED_PREFIX = 0x040a;

    /// @notice The actor id of an address.
    /// @return found false when the chain has never seen it; a masked id is decoded without asking
    function resolve(address account) internal view returns (bool found, uint64 id) {
        if (isMasked(account)) return (true, fromMasked(account));
        (bool answered, bytes memory answer) = PrecompilesAPI.RESOLVE_ADDRESS_PRECOMPILE_ADDR.staticcall(
            FilAddresses.fromEthAddress(account).data
        );
        if (!answered || answer.length != 32) return (false, 0);
        uint256 value = abi.decode(answer, (uint256));
        if (value > type(uint64).max) return (false, 0);
        return (true, uint64(value));
    }

    /// @notice The masked form of an id.
    function toAddress(uint64 id) internal pure returns (address) {
        return address(uint160(MASK | id));
    }

    function isMasked(address account) internal pure returns (bool) {
        return uint160(account) >> 64 == MASK >> 64;
    }

    /// @notice The id in a masked address; without meaning for any other.
    function fromMasked(address account) internal pure returns (uint64) {
        return uint64(uint160(account));
    }

    /// @notice The EVM address of an actor, if it has one of its own.
    function delegatedAddress(uint64 id) internal view returns (bool found, address account) {
        (bool answered, bytes memory answer) = PrecompilesAPI.LOOKUP_DELEGATED_ADDRESS_PRECOMPILE_ADDR.staticcall(
            abi.encode(id)
        );
        if (!answered || answer.length != DELEGATED_LENGTH) return (false, address(0));
        uint256 word;
        assembly ("memory-safe") {
            word := mload(add(answer, 0x20))
        }
        if (word >> 240 != DELEGATED_PREFIX) return (false, address(0));
        return (true, address(uint160(word >> 80)));
    }

    /// @notice The FIL of an actor, attoFIL; 0 for an actor that does not exist.
    function balanceOf(uint64 id) internal view returns (uint256) {
        return toAddress(id).balance;
    }
}
