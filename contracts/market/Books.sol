// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Slots } from "../power/Slots.sol";
import { Tokens } from "../power/Token.sol";

/// @dev The number of FIL among the coins.
uint16 constant FIL = 0;

/// @dev Of the whole market. One storage slot.
struct Totals {
    /// @notice The fee on new business, basis points.
    uint16 feeBps;
    /// @notice ERC-20s that were ever allowed; they are numbered from 1.
    uint16 coins;
    /// @notice Offers made so far; they are numbered from 1.
    uint64 offers;
}

/// @dev An ERC-20. One storage slot.
struct Coin {
    /// @notice Its number; 0 for one that was never allowed.
    uint16 number;
    /// @notice Whether new business may use it.
    bool allowed;
}

/// @dev What the market owes in one coin. One storage slot.
struct Book {
    /// @notice Credits, offers, bids and fees.
    uint128 owed;
    /// @notice The fees among them.
    uint96 fees;
}

/// @dev What an address has. One storage slot for FIL, and one for each other coin.
struct Account {
    /// @notice What `withdraw` pays.
    uint128 credit;
    /// @notice How often it cancelled all its orders; kept in the slot of FIL only.
    uint32 round;
}

/// @dev A listing of an NFT by a seller. One storage slot.
struct ListingEntry {
    /// @notice 0: there is none.
    uint96 price;
    /// @notice The number of the coin.
    uint16 coin;
    uint32 expiry;
    /// @notice The seller's round when it was made; void in any other.
    uint32 round;
    uint16 feeBps;
    /// @notice The weight that the seller saw, bytes.
    uint64 weight;
}

/// @dev An offer. Only even slots are used.
struct OfferEntry {
    // slot 0
    address maker;
    uint96 amount;
    uint256 _odd1;
    // slot 2
    uint16 coin;
    uint32 expiry;
    uint32 round;
    uint16 feeBps;
    /// @notice An NFT's id, or a miner's.
    uint64 target;
    bool anyOfMiner;
    uint256 _odd3;
    // slot 4: the bounds, see IPowerMarket.Bounds
    uint64 minWeight;
    uint32 minExpiry;
    uint16 maxFeeBps;
    uint16 maxRoyaltyBps;
    uint96 minUnpaid;
    uint256 _odd5;
    // slot 6
    uint96 maxUnpaid;
}

/// @dev An auction. Only even slots are used.
struct AuctionEntry {
    // slot 0
    address seller;
    uint96 reserve;
    uint256 _odd1;
    // slot 2
    address bidder;
    uint96 bid;
    uint256 _odd3;
    // slot 4
    uint16 coin;
    uint32 end;
    uint16 feeBps;
    /// @notice What the highest bidder insists on, bytes.
    uint64 minWeight;
}

/// @title Where the market keeps things
/// @notice In rooms, as PowerNFT does (see Slots): the chain's price of a write goes by the neighbours of its slot.
library Books {
    uint256 private constant TOTALS = 1 << 5;
    /// @dev By the hash of NFT and seller.
    uint256 private constant LISTING = 2 << 5;
    /// @dev By number.
    uint256 private constant OFFER = 3 << 5;
    /// @dev By NFT.
    uint256 private constant AUCTION = 4 << 5;
    /// @dev By address: in FIL.
    uint256 private constant ACCOUNT = 5 << 5;
    /// @dev By the hash of coin and address.
    uint256 private constant ACCOUNT_IN_COIN = 6 << 5;
    /// @dev By the number of a coin: what is owed in it.
    uint256 private constant BOOK = 7 << 5;
    /// @dev By address of a coin.
    uint256 private constant COIN = 8 << 5;
    /// @dev By the number of a coin: its address.
    uint256 private constant COIN_ADDRESS = (8 << 5) + 1;

    function totals() internal pure returns (Totals storage found) {
        uint256 slot = Slots.at(TOTALS, uint64(0));
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    function listing(uint256 id, address seller) internal pure returns (ListingEntry storage found) {
        uint256 slot = Slots.at(LISTING, _hashed(id, seller));
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    function forgetListing(uint256 id, address seller) internal {
        uint256 slot = Slots.at(LISTING, _hashed(id, seller));
        assembly ("memory-safe") {
            sstore(slot, 0)
        }
    }

    function offer(uint256 offerId) internal pure returns (OfferEntry storage found) {
        uint256 slot = Slots.at(OFFER, Tokens.key(offerId));
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    function forgetOffer(uint256 offerId) internal {
        Slots.clear(Slots.at(OFFER, Tokens.key(offerId)), 8);
    }

    function auction(uint256 id) internal pure returns (AuctionEntry storage found) {
        uint256 slot = Slots.at(AUCTION, Tokens.key(id));
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    function forgetAuction(uint256 id) internal {
        Slots.clear(Slots.at(AUCTION, Tokens.key(id)), 6);
    }

    function account(uint16 number, address owner) internal pure returns (Account storage found) {
        uint256 slot = number == FIL ? Slots.at(ACCOUNT, owner) : Slots.at(ACCOUNT_IN_COIN, _hashed(number, owner));
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    function book(uint16 number) internal pure returns (Book storage found) {
        uint256 slot = Slots.at(BOOK, uint64(number));
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    function coin(address token) internal pure returns (Coin storage found) {
        uint256 slot = Slots.at(COIN, token);
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    /// @notice The address of a coin; 0 for FIL.
    function coinAddress(uint16 number) internal view returns (address token) {
        if (number == FIL) return address(0);
        uint256 slot = Slots.at(COIN_ADDRESS, uint64(number));
        assembly ("memory-safe") {
            token := sload(slot)
        }
    }

    function setCoinAddress(uint16 number, address token) internal {
        uint256 slot = Slots.at(COIN_ADDRESS, uint64(number));
        assembly ("memory-safe") {
            sstore(slot, token)
        }
    }

    /// @dev Two keys as one: nobody can find another pair with the same 160 bits.
    function _hashed(uint256 key, address owner) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(key, owner)))));
    }
}
