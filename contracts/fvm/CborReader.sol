// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { BadAnswer } from "./Errors.sol";

/// @title A strict reader of actors' CBOR answers
/// @notice It accepts what the chain writes and nothing else: shortest integers, definite lengths, exact array sizes,
/// amounts without leading zeros, no bytes behind the end. Everything else reverts with `BadAnswer`.
library CborReader {
    /// @notice A place in an answer, and whose answer it is.
    struct Cursor {
        /// @dev Memory address of the next byte.
        uint256 next;
        /// @dev Memory address behind the last byte.
        uint256 end;
        uint64 actor;
        uint64 method;
    }

    /// @dev Major types, as the top three bits of the first byte.
    uint256 private constant UNSIGNED = 0;
    uint256 private constant NEGATIVE = 1;
    uint256 private constant BYTE_STRING = 2;
    uint256 private constant ARRAY = 4;

    uint256 private constant FALSE = 0xf4;
    uint256 private constant TRUE = 0xf5;
    uint256 private constant NULL = 0xf6;

    /// @dev A zero byte and 64 bits in groups of seven.
    uint256 private constant MAX_ID_ADDRESS_LENGTH = 11;

    /// @notice Starts to read an answer.
    function open(bytes memory answer, uint64 actor, uint64 method) internal pure returns (Cursor memory cursor) {
        uint256 next;
        assembly ("memory-safe") {
            next := add(answer, 0x20)
        }
        return Cursor(next, next + answer.length, actor, method);
    }

    /// @notice Refuses bytes behind the end.
    function close(Cursor memory cursor) internal pure {
        if (cursor.next != cursor.end) refuse(cursor);
    }

    /// @notice Refuses the answer.
    function refuse(Cursor memory cursor) internal pure {
        revert BadAnswer(cursor.actor, cursor.method);
    }

    /// @notice Reads the head of an array that must have `count` items.
    function array(Cursor memory cursor, uint64 count) internal pure {
        if (arrayOfAny(cursor) != count) refuse(cursor);
    }

    /// @notice Reads the head of an array of any size.
    function arrayOfAny(Cursor memory cursor) internal pure returns (uint64 count) {
        return _head(cursor, ARRAY);
    }

    function integer(Cursor memory cursor) internal pure returns (uint64) {
        return _head(cursor, UNSIGNED);
    }

    function signed(Cursor memory cursor) internal pure returns (int64) {
        bool negative = _peek(cursor) >> 5 == NEGATIVE;
        uint64 value = _head(cursor, negative ? NEGATIVE : UNSIGNED);
        if (value > uint64(type(int64).max)) refuse(cursor);
        return negative ? ~int64(value) : int64(value);
    }

    function boolean(Cursor memory cursor) internal pure returns (bool) {
        uint256 item = _peek(cursor);
        if (item != FALSE && item != TRUE) refuse(cursor);
        ++cursor.next;
        return item == TRUE;
    }

    /// @notice Steps over a null, if there is one here.
    function isNull(Cursor memory cursor) internal pure returns (bool found) {
        found = _peek(cursor) == NULL;
        if (found) ++cursor.next;
    }

    /// @notice Reads a token amount that must not be negative.
    function amount(Cursor memory cursor) internal pure returns (uint256 value) {
        bool negative;
        (negative, value) = _bigInteger(cursor);
        if (negative) refuse(cursor);
    }

    /// @notice Reads a token amount of either sign.
    function signedAmount(Cursor memory cursor) internal pure returns (int256) {
        (bool negative, uint256 value) = _bigInteger(cursor);
        if (value > uint256(type(int256).max)) refuse(cursor);
        return negative ? -int256(value) : int256(value);
    }

    /// @notice Reads the address of an actor, which must be an id: a zero byte and the id in groups of seven bits,
    /// the low ones first.
    function idAddress(Cursor memory cursor) internal pure returns (uint64 id) {
        uint256 length = _head(cursor, BYTE_STRING);
        uint256 word = _take(cursor, length);
        if (length < 2 || length > MAX_ID_ADDRESS_LENGTH || word >> 248 != 0) refuse(cursor);
        uint256 last;
        uint256 value;
        for (uint256 i = 1; i < length; ++i) {
            last = (word >> (8 * (31 - i))) & 0xff;
            value |= (last & 0x7f) << (7 * (i - 1));
            if ((last < 0x80) != (i == length - 1)) refuse(cursor);
        }
        if ((last == 0 && length > 2) || value > type(uint64).max) refuse(cursor);
        return uint64(value);
    }

    function _bigInteger(Cursor memory cursor) private pure returns (bool negative, uint256 value) {
        uint256 length = _head(cursor, BYTE_STRING);
        if (length == 0) return (false, 0);
        if (length < 2 || length > 33) refuse(cursor);
        uint256 sign = _take(cursor, 1) >> 248;
        uint256 word = _take(cursor, length - 1);
        if (sign > 1 || word >> 248 == 0) refuse(cursor);
        return (sign == 1, word >> (8 * (33 - length)));
    }

    /// @dev Reads the head of an item of the given major type: its argument, in the shortest form.
    function _head(Cursor memory cursor, uint256 major) private pure returns (uint64 argument) {
        uint256 first = _take(cursor, 1) >> 248;
        if (first >> 5 != major) refuse(cursor);
        uint256 form = first & 0x1f;
        if (form < 24) return uint64(form);
        if (form > 27) refuse(cursor);
        uint256 size = 1 << (form - 24);
        uint256 value = _take(cursor, size) >> (256 - 8 * size);
        if (value < 24 || (size > 1 && value >> (4 * size) == 0)) refuse(cursor);
        return uint64(value);
    }

    /// @dev The next byte, without a step.
    function _peek(Cursor memory cursor) private pure returns (uint256) {
        uint256 next = cursor.next;
        if (next == cursor.end) refuse(cursor);
        uint256 word;
        assembly ("memory-safe") {
            word := mload(next)
        }
        return word >> 248;
    }

    /// @dev Steps over `length` bytes. At most the first 32 of them are in the word, at its top; what stands below
    /// them has no meaning.
    function _take(Cursor memory cursor, uint256 length) private pure returns (uint256 word) {
        uint256 next = cursor.next;
        if (length > cursor.end - next) refuse(cursor);
        cursor.next = next + length;
        assembly ("memory-safe") {
            word := mload(next)
        }
    }
}
