// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { FilAddresses } from "@zondax/filecoin-solidity/contracts/v0.8/utils/FilAddresses.sol";

/// @title CBOR as the actors read it
/// @notice Every function returns one encoded item; parameters are their concatenation.
library CborWriter {
    /// @dev Major types, in the top three bits of the first byte.
    uint8 private constant UNSIGNED = 0x00;
    uint8 private constant NEGATIVE = 0x20;
    uint8 private constant BYTE_STRING = 0x40;
    uint8 private constant ARRAY = 0x80;

    /// @notice The head of an array of `count` items.
    function array(uint64 count) internal pure returns (bytes memory) {
        return _head(ARRAY, count);
    }

    function integer(uint64 value) internal pure returns (bytes memory) {
        return _head(UNSIGNED, value);
    }

    function signed(int64 value) internal pure returns (bytes memory) {
        return value < 0 ? _head(NEGATIVE, uint64(~value)) : _head(UNSIGNED, uint64(value));
    }

    function byteString(bytes memory data) internal pure returns (bytes memory) {
        return bytes.concat(_head(BYTE_STRING, uint64(data.length)), data);
    }

    /// @notice A token amount: a byte string of a sign (0 is plus) and the magnitude without leading zeros; zero is
    /// the empty string.
    function amount(uint256 value) internal pure returns (bytes memory) {
        if (value == 0) return hex"40";
        uint256 length = 1;
        while (length < 32 && value >> (8 * length) != 0) ++length;
        bytes memory magnitude = new bytes(length);
        assembly ("memory-safe") {
            mstore(add(magnitude, 0x20), shl(sub(256, shl(3, length)), value))
        }
        return bytes.concat(_head(BYTE_STRING, uint64(length + 1)), hex"00", magnitude);
    }

    /// @notice The address of an actor by its id.
    function idAddress(uint64 id) internal pure returns (bytes memory) {
        return byteString(FilAddresses.fromActorID(id).data);
    }

    function _head(uint8 major, uint64 value) private pure returns (bytes memory) {
        if (value < 24) return abi.encodePacked(uint8(major | value));
        if (value <= type(uint8).max) return abi.encodePacked(major | 24, uint8(value));
        if (value <= type(uint16).max) return abi.encodePacked(major | 25, uint16(value));
        if (value <= type(uint32).max) return abi.encodePacked(major | 26, uint32(value));
        return abi.encodePacked(major | 27, value);
    }
}
