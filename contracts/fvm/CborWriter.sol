// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title CBOR as the actors read it
/// @notice Parameters are written item by item: `open` gives the memory and the place of the first item, every other
/// function writes one item at a place and returns the place behind it, `close` takes the last place.
library CborWriter {
    /// @notice The most bytes that an item other than a string takes; `open` is told their sum.
    uint256 internal constant ARRAY_SIZE = 1;
    uint256 internal constant INTEGER_SIZE = 9;
    uint256 internal constant AMOUNT_SIZE = 35;
    uint256 internal constant ADDRESS_SIZE = 12;

    /// @dev Major types, in the top three bits of the first byte.
    uint256 private constant UNSIGNED = 0x00;
    uint256 private constant NEGATIVE = 0x20;
    uint256 private constant BYTE_STRING = 0x40;
    uint256 private constant ARRAY = 0x80;

    /// @notice Reserves memory for `capacity` bytes.
    /// @dev Items are stored by whole words, so a word more is reserved.
    function open(uint256 capacity) internal pure returns (bytes memory params, uint256 at) {
        assembly ("memory-safe") {
            params := mload(0x40)
            at := add(params, 0x20)
            mstore(0x40, add(at, and(add(capacity, 0x3f), not(0x1f))))
        }
    }

    /// @notice Ends the parameters.
    function close(bytes memory params, uint256 at) internal pure {
        assembly ("memory-safe") {
            mstore(params, sub(sub(at, params), 0x20))
        }
    }

    /// @notice The head of an array of `count` items, fewer than 24.
    function array(uint256 at, uint256 count) internal pure returns (uint256) {
        return _head(at, ARRAY, count);
    }

    function integer(uint256 at, uint64 value) internal pure returns (uint256) {
        return _head(at, UNSIGNED, value);
    }

    function signed(uint256 at, int64 value) internal pure returns (uint256) {
        return value < 0 ? _head(at, NEGATIVE, uint64(~value)) : _head(at, UNSIGNED, uint64(value));
    }

    function byteString(uint256 at, bytes memory data) internal pure returns (uint256) {
        at = _head(at, BYTE_STRING, data.length);
        assembly ("memory-safe") {
            mcopy(at, add(data, 0x20), mload(data))
        }
        unchecked {
            return at + data.length;
        }
    }

    /// @notice A token amount: a byte string of a sign (0 is plus) and the magnitude without leading zeros; zero is
    /// the empty string.
    function amount(uint256 at, uint256 value) internal pure returns (uint256) {
        if (value == 0) return _head(at, BYTE_STRING, 0);
        unchecked {
            uint256 length = Math.log256(value) + 1;
            at = _head(at, BYTE_STRING, length + 1);
            _store(at, 0);
            _store(at + 1, value << (256 - 8 * length));
            return at + 1 + length;
        }
    }

    /// @notice The address of an actor: a zero byte and its id in groups of seven bits, the low ones first.
    function idAddress(uint256 at, uint64 id) internal pure returns (uint256) {
        unchecked {
            uint256 word;
            uint256 rest = id;
            // The head and the zero byte stand before the first group.
            uint256 shift = 240;
            do {
                shift -= 8;
                word |= (rest < 0x80 ? rest : (rest & 0x7f) | 0x80) << shift;
                rest >>= 7;
            } while (rest != 0);
            uint256 length = (248 - shift) / 8;
            _store(at, ((BYTE_STRING | length) << 248) | word);
            return at + 1 + length;
        }
    }

    /// @dev The head of an item in its shortest form.
    function _head(uint256 at, uint256 major, uint256 value) private pure returns (uint256) {
        unchecked {
            if (value < 24) {
                _store(at, (major | value) << 248);
                return at + 1;
            }
            uint256 form =
                value < 1 << 8
                    ? 0
                    : value < 1 << 16
                        ? 1
                        : value < 1 << 32
                            ? 2
                            : 3;
            _store(at, (major | (24 + form)) << 248);
            _store(at + 1, value << (256 - (8 << form)));
            return at + 1 + (1 << form);
        }
    }

    function _store(uint256 at, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(at, word)
        }
    }
}
