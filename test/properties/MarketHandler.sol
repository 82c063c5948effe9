// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerMarket } from "../../contracts/market/IPowerMarket.sol";
import { PowerMarket } from "../../contracts/market/PowerMarket.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Handler } from "./Handler.sol";
import { CHAIN, Chain__Fake } from "./doubles/Chain__Fake.sol";
import { Coin__Plain } from "./doubles/Coin__Plain.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @title Everybody who trades, at random
/// @notice What somebody owns in a coin is what it holds, what it can withdraw, and what lies aside for its offers and
/// bids; in FIL also what its NFTs can be paid, those in auctions too. Every action of the market but a sale leaves that of
/// everybody as it is; a sale moves exactly its price. An action is refused only by an error that the market or PowerNFT
/// names: a panic inside them fails the run.
contract MarketHandler is Handler {
    uint256 private constant BPS = 10_000;
    uint64 private constant MINER = 1000;
    uint64 private constant NOMINAL = 1 << 40;
    address private constant FIL = address(0);
    address private constant TREASURY = address(0x7EA5);
    /// @dev Offers that stand at most, so that their sum can be taken.
    uint256 private constant MAX_OFFERS = 4;
    /// @dev A day, epochs.
    uint256 private constant DAY = 2_880;
    /// @dev What the fake chain's buckets hold of a reward.
    uint256 private constant STEPS = 240;
    /// @dev FIL and the coin.
    uint256 private constant COINS = 2;

    /// @dev A sale that took place.
    struct Deal {
        uint256 id;
        address coin;
        uint256 price;
        uint256 feeBps;
        address seller;
        address buyer;
    }

    PowerMarket public immutable MARKET;
    PowerNFT public immutable NFT;
    Coin__Plain public immutable COIN;
    /// @notice NFTs 1 to this one are traded.
    uint256 public immutable LAST;

    /// @dev Who trades; the last one is the storage provider, which gets the royalties.
    address[] private _people;
    /// @dev Offers whose money lies aside.
    uint256[] private _offers;

    constructor(PowerMarket market, PowerNFT nft, Coin__Plain coin, uint256 last, address[] memory people) {
        (MARKET, NFT, COIN, LAST, _people) = (market, nft, coin, last, people);
    }

    /// @inheritdoc Handler
    function actions() public pure override returns (bytes4[] memory all) {
        all = new bytes4[](21);
        all[0] = this.list.selector;
        all[1] = this.cancelListing.selector;
        all[2] = this.cancelAll.selector;
        all[3] = this.buy.selector;
        all[4] = this.buyMany.selector;
        all[5] = this.offer.selector;
        all[6] = this.accept.selector;
        all[7] = this.cancelOffer.selector;
        all[8] = this.auction.selector;
        all[9] = this.bid.selector;
        all[10] = this.settleAuction.selector;
        all[11] = this.cancelAuction.selector;
        all[12] = this.withdraw.selector;
        all[13] = this.give.selector;
        all[14] = this.weigh.selector;
        all[15] = this.wait.selector;
        all[16] = this.setFee.selector;
        all[17] = this.claimFees.selector;
        all[18] = this.earn.selector;
        all[19] = this.claimAuctioned.selector;
        all[20] = this.list.selector; // twice: four others end listings
    }

    // LISTINGS

    function list(uint256 seed) external counted {
        (uint256 id, address holder) = _findHeld(_idOf(seed));
        if (holder == address(MARKET)) return;
        uint256[] memory worth = _worth();
        uint64 expiry = _expiryOf(seed);
        bool done = _do(holder, abi.encodeCall(MARKET.list, (id, _coinOf(seed), _amountOf(seed), expiry, 1)), 0);
        // now and then the approval is forgotten
        if (_draw(seed, 2) % 8 != 0) _approve(holder, id);
        _expect(worth);
        _done(done);
    }

    function cancelListing(uint256 seed) external counted {
        uint256 id = _findListing(seed);
        uint256[] memory worth = _worth();
        bool done = _do(NFT.ownerOf(id), abi.encodeCall(MARKET.cancelListing, (id)), 0);
        _expect(worth);
        assertEq(MARKET.listing(id).price, 0, "a cancelled listing is gone");
        _done(done);
    }

    function cancelAll(uint256 seed) external counted {
        // seldom, so that something is left for the others
        if (_draw(seed, 0) % 3 != 0) return;
        uint256[] memory worth = _worth();
        bool done = _do(_personOf(seed), abi.encodeCall(MARKET.cancelAll, ()), 0);
        _expect(worth);
        _done(done);
    }

    function buy(uint256 seed) external counted {
        uint256 id = _findListing(seed);
        IPowerMarket.Listing memory listed = MARKET.listing(id);
        address buyer = _personOf(seed);
        IPowerMarket.Bounds memory bounds = _boundsOf(seed);
        uint256 value = _fund(buyer, listed.coin, uint256(listed.price) + (_draw(seed, 5) % 3)); // at times too much
        uint256[] memory worth = _worth();
        uint96 most = _draw(seed, 6) % 4 == 0 ? _amountOf(seed) : listed.price;
        bytes memory data = abi.encodeCall(MARKET.buy, (id, listed.seller, listed.coin, most, bounds, buyer));
        bool done = _do(buyer, data, value);
        if (done) {
            assertTrue(listed.open, "only an open listing is bought");
            assertLe(listed.price, most, "nothing costs more than the buyer's bound");
            assertGe(NFT.weightOf(id), bounds.minWeight, "what is bought weighs what was asked for");
            assertTrue(NFT.ownerOf(id) == buyer, "what is paid for is the buyer's");
            _sale(worth, Deal(id, listed.coin, listed.price, listed.feeBps, listed.seller, buyer));
        }
        _expect(worth);
        _done(done);
    }

    function buyMany(uint256 seed) external counted {
        address buyer = _personOf(seed);
        address coin = MARKET.listing(_findListing(seed)).coin;
        IPowerMarket.Listing[] memory listed = new IPowerMarket.Listing[](LAST);
        uint256 sum = 0;
        for (uint256 i = 0; i < LAST; ++i) {
            listed[i] = MARKET.listing(i + 1);
            if (listed[i].coin == coin) sum += listed[i].price;
        }
        bytes memory data = abi.encodeCall(MARKET.buyMany, (_basket(listed, seed), coin, 0, buyer));
        uint256 value = _fund(buyer, coin, sum);
        uint256[] memory worth = _worth();
        assertTrue(_do(buyer, data, value), "a batch that may be filled in part does not fail");
        uint256 bought = 0;
        for (uint256 i = 0; i < LAST; ++i) if (_soldTo(worth, i + 1, listed[i], buyer)) ++bought;
        _expect(worth);
        _done(bought != 0);
    }

    // OFFERS

    function offer(uint256 seed) external counted {
        if (_offers.length == MAX_OFFERS) return;
        address maker = _personOf(seed);
        IPowerMarket.Offer memory terms;
        if (_draw(seed, 3) % 2 == 0) terms.id = _idOf(seed);
        else terms.minerId = MINER;
        terms.coin = _coinOf(seed);
        terms.amount = _amountOf(seed);
        terms.expiry = _expiryOf(seed);
        terms.bounds = _boundsOf(seed);
        uint256 value = _fund(maker, terms.coin, terms.amount);
        uint256[] memory worth = _worth();
        bool done = _do(maker, abi.encodeCall(MARKET.offer, (terms)), value);
        if (done) _offers.push(MARKET.offers());
        _expect(worth);
        _done(done);
    }

    function accept(uint256 seed) external counted {
        if (_offers.length == 0) return;
        uint256 at = _findOffer(seed);
        IPowerMarket.Offer memory terms = MARKET.offerOf(_offers[at]);
        uint256 id = terms.id;
        if (id == 0) (id, ) = _findHeld(_idOf(seed));
        address holder = NFT.ownerOf(id);
        if (holder == address(MARKET)) return;
        _approve(holder, id);
        uint256[] memory worth = _worth();
        bool done = _do(holder, abi.encodeCall(MARKET.accept, (_offers[at], id)), 0);
        if (done) {
            assertTrue(terms.open, "only an open offer is accepted");
            assertGe(NFT.weightOf(id), terms.bounds.minWeight, "what is sold weighs what was asked for");
            _forget(at);
            _sale(worth, Deal(id, terms.coin, terms.amount, terms.feeBps, holder, terms.maker));
        }
        _expect(worth);
        _done(done);
    }

    function cancelOffer(uint256 seed) external counted {
        if (_offers.length == 0) return;
        uint256 at = _draw(seed, 4) % _offers.length;
        IPowerMarket.Offer memory terms = MARKET.offerOf(_offers[at]);
        // anybody's call does once the offer is void
        address caller = terms.open ? terms.maker : _personOf(seed);
        uint256[] memory worth = _worth();
        bool done = _do(caller, abi.encodeCall(MARKET.cancelOffer, (_offers[at])), 0);
        assertTrue(done, "an offer can always be ended");
        _forget(at);
        _expect(worth);
        _done(done);
    }

    // AUCTIONS

    function auction(uint256 seed) external counted {
        uint256 id = _idOf(seed);
        address holder = NFT.ownerOf(id);
        if (holder == address(MARKET)) return;
        _approve(holder, id);
        uint256[] memory worth = _worth();
        uint64 duration = uint64(120 + (_draw(seed, 1) % 1_500));
        bool done = _do(holder, abi.encodeCall(MARKET.auction, (id, _coinOf(seed), _amountOf(seed), duration)), 0);
        _expect(worth);
        _done(done);
    }

    function bid(uint256 seed) external counted {
        uint256 id = _findAuction(seed);
        IPowerMarket.Auction memory a = MARKET.auctionOf(id);
        if (a.seller == address(0) || a.nextBid > type(uint96).max) return;
        address bidder = _personOf(seed);
        uint256 value = _fund(bidder, a.coin, a.nextBid);
        uint256[] memory worth = _worth();
        bytes memory data = abi.encodeCall(MARKET.bid, (id, a.coin, uint96(a.nextBid), _boundsOf(seed)));
        bool done = _do(bidder, data, value);
        _expect(worth);
        _done(done);
    }

    function settleAuction(uint256 seed) external counted {
        uint256 id = _findAuction(seed);
        IPowerMarket.Auction memory a = MARKET.auctionOf(id);
        if (a.seller == address(0)) return;
        if (_draw(seed, 1) % 4 != 0 && block.number < a.end) vm.roll(a.end);
        uint256[] memory worth = _worth();
        bool done = _do(_personOf(seed), abi.encodeCall(MARKET.settleAuction, (id)), 0);
        assertTrue(done == (block.number >= a.end), "an auction can be ended exactly when its time is over");
        if (done && a.bidder != address(0) && NFT.weightOf(id) >= a.minWeight) {
            assertTrue(NFT.ownerOf(id) == a.bidder, "the highest bidder gets the NFT");
            _sale(worth, Deal(id, a.coin, a.bid, a.feeBps, a.seller, a.bidder));
        } else if (done) {
            assertTrue(NFT.ownerOf(id) == a.seller, "without a sale the seller has its NFT back");
        }
        _expect(worth);
        _done(done);
    }

    function cancelAuction(uint256 seed) external counted {
        uint256 id = _findAuction(seed);
        IPowerMarket.Auction memory a = MARKET.auctionOf(id);
        if (a.seller == address(0)) return;
        uint256[] memory worth = _worth();
        bool done = _do(a.seller, abi.encodeCall(MARKET.cancelAuction, (id)), 0);
        assertTrue(done == (a.bidder == address(0)), "an auction is cancelled only before its first bid");
        _expect(worth);
        _done(done);
    }

    // MONEY, AND WHAT HAPPENS BESIDE THE MARKET

    function withdraw(uint256 seed) external counted {
        address coin = _coinOf(seed);
        address owner = _findCreditor(coin, seed);
        uint256 credit = MARKET.creditOf(coin, owner);
        uint256[] memory worth = _worth();
        bool done = _do(owner, abi.encodeCall(MARKET.withdraw, (coin, owner)), 0);
        assertTrue(done, "a credit can always be taken out");
        assertEq(MARKET.creditOf(coin, owner), 0, "and only once");
        _expect(worth);
        _done(credit != 0);
    }

    function give(uint256 seed) external counted {
        uint256 id = _idOf(seed);
        address holder = NFT.ownerOf(id);
        if (holder == address(MARKET)) return;
        vm.prank(holder);
        NFT.transferFrom(holder, _personOf(seed), id);
        if (NFT.ownerOf(id) != holder) assertTrue(!MARKET.listing(id).open, "who is given an NFT has not listed it");
        _done(true);
    }

    function weigh(uint256 seed) external counted {
        (uint256[] memory ids, uint64[] memory weights) = (new uint256[](1), new uint64[](1));
        ids[0] = _idOf(seed);
        weights[0] = uint64(_draw(seed, 1) % 4 == 0 ? _draw(seed, 2) % NOMINAL : NOMINAL);
        Oracle__Obedient(NFT.ORACLE()).setWeights(MINER, ids, weights);
        _done(true);
    }

    function wait(uint256 seed) external counted {
        vm.roll(block.number + 1 + (_draw(seed, 1) % DAY));
        _done(true);
    }

    /// @dev The miner's rewards vest and are harvested: NFTs can be paid.
    function earn(uint256 seed) external counted {
        _done(_earn(seed) != 0);
    }

    function claimAuctioned(uint256 seed) external counted {
        uint256 id = _findAuction(seed);
        address seller = MARKET.auctionOf(id).seller;
        if (seller == address(0)) return;
        if (_draw(seed, 2) % 2 == 0) _earn(seed);
        uint256[] memory worth = _worth();
        uint256 due = NFT.payableOf(id);
        bool done = _do(_personOf(seed), abi.encodeCall(MARKET.claimAuctioned, (id)), 0);
        assertTrue(done, "what an auctioned NFT earns can always be taken out");
        assertEq(NFT.payableOf(id), 0, "all of it");
        _expect(worth);
        _done(due != 0);
    }

    function setFee(uint256 seed) external counted {
        MARKET.setMarketFee(uint16(_draw(seed, 1) % 251));
        _done(true);
    }

    function claimFees(uint256 seed) external counted {
        address coin = MARKET.marketFees(FIL) != 0 && _draw(seed, 1) % 2 == 0 ? FIL : address(COIN);
        uint256[] memory worth = _worth();
        uint256 before = _balance(coin, TREASURY);
        uint256 fees = MARKET.marketFees(coin);
        MARKET.claimMarketFees(coin, TREASURY);
        assertEq(_balance(coin, TREASURY) - before, fees, "the treasury gets the fees, and no more");
        _expect(worth);
        _done(fees != 0);
    }

    // WHAT HOLDS

    /// @notice The market owes what can be added up, holds exactly that, and keeps no NFT without an auction.
    function check() public view override {
        uint256[] memory each = _owed();
        for (uint256 c = 0; c < COINS; ++c) {
            address coin = c == 0 ? FIL : address(COIN);
            uint256 owed = MARKET.marketFees(coin);
            for (uint256 i = 0; i < _people.length; ++i) owed += each[COINS * i + c];
            (uint256 cash, uint256 booked) = MARKET.solvency(coin);
            assertEq(booked, owed, "what is owed is credits, offers, bids and fees");
            assertEq(cash, owed, "the market holds what it owes");
        }
        for (uint256 id = 1; id <= LAST; ++id) {
            bool held = NFT.ownerOf(id) == address(MARKET);
            assertTrue(held == (MARKET.auctionOf(id).seller != address(0)), "the market holds what is auctioned");
        }
    }

    /// @notice Everything ends, at times after the NFTs themselves: nobody's money and nobody's NFT stays.
    function settle() external override {
        if (block.number % 2 == 0) vm.roll(NFT.expiryOf(LAST));
        while (_offers.length != 0) this.cancelOffer(0);
        for (uint256 id = 1; id <= LAST; ++id) {
            IPowerMarket.Auction memory a = MARKET.auctionOf(id);
            if (a.seller == address(0)) continue;
            if (block.number < a.end) vm.roll(a.end);
            MARKET.settleAuction(id);
        }
        for (uint256 c = 0; c < COINS; ++c) {
            address coin = c == 0 ? FIL : address(COIN);
            for (uint256 i = 0; i < _people.length; ++i) {
                vm.prank(_people[i]);
                MARKET.withdraw(coin, _people[i]);
            }
            MARKET.claimMarketFees(coin, TREASURY);
            (uint256 cash, uint256 owed) = MARKET.solvency(coin);
            assertEq(cash, 0, "nothing is left in the market");
            assertEq(owed, 0, "nothing is owed");
        }
        check();
    }

    // HELPERS

    /// @return cash What came in for holders.
    function _earn(uint256 seed) private returns (uint256 cash) {
        uint256 steps = 1 + (_draw(seed, 1) % 1e15);
        vm.deal(address(this), steps * STEPS);
        Chain__Fake(CHAIN).reward{ value: steps * STEPS }(MINER, steps);
        NFT.sync(MINER);
        return NFT.harvest(MINER);
    }

    /// @dev What everybody owns, in FIL and in the coin.
    function _worth() private view returns (uint256[] memory worth) {
        worth = _owed();
        for (uint256 i = 0; i < _people.length; ++i) {
            worth[COINS * i] += _people[i].balance + NFT.creditOf(_people[i]);
            worth[COINS * i + 1] += COIN.balanceOf(_people[i]);
        }
        for (uint256 id = 1; id <= LAST; ++id) {
            address holder = NFT.ownerOf(id);
            if (holder == address(MARKET)) holder = MARKET.auctionOf(id).seller;
            worth[COINS * _indexOf(holder)] += NFT.payableOf(id);
        }
    }

    /// @dev What the market owes everybody: credits, offers and bids.
    function _owed() private view returns (uint256[] memory owed) {
        owed = new uint256[](COINS * _people.length);
        for (uint256 i = 0; i < _people.length; ++i) {
            owed[COINS * i] = MARKET.creditOf(FIL, _people[i]);
            owed[COINS * i + 1] = MARKET.creditOf(address(COIN), _people[i]);
        }
        for (uint256 i = 0; i < _offers.length; ++i) {
            IPowerMarket.Offer memory terms = MARKET.offerOf(_offers[i]);
            owed[_place(terms.maker, terms.coin)] += terms.amount;
        }
        for (uint256 id = 1; id <= LAST; ++id) {
            IPowerMarket.Auction memory a = MARKET.auctionOf(id);
            if (a.bidder != address(0)) owed[_place(a.bidder, a.coin)] += a.bid;
        }
    }

    /// @dev Where somebody's money in a coin is counted.
    function _place(address owner, address coin) private view returns (uint256) {
        return COINS * _indexOf(owner) + (coin == FIL ? 0 : 1);
    }

    /// @dev Moves a price from buyer to seller, fee and royalty taken off, in what is expected.
    function _sale(uint256[] memory worth, Deal memory deal) private view {
        (address receiver, uint256 royalty) = NFT.royaltyInfo(deal.id, deal.price);
        worth[_place(deal.buyer, deal.coin)] -= deal.price;
        worth[_place(deal.seller, deal.coin)] += deal.price - (deal.price * deal.feeBps) / BPS;
        worth[_place(deal.seller, deal.coin)] -= royalty;
        worth[_place(receiver, deal.coin)] += royalty;
    }

    /// @dev Everything that is listed, whatever it costs.
    function _basket(
        IPowerMarket.Listing[] memory listed,
        uint256 seed
    ) private pure returns (IPowerMarket.Purchase[] memory items) {
        items = new IPowerMarket.Purchase[](listed.length);
        for (uint256 i = 0; i < listed.length; ++i) {
            items[i] = IPowerMarket.Purchase(i + 1, listed[i].seller, type(uint96).max, _boundsOf(_draw(seed, 20 + i)));
        }
    }

    /// @dev Whether a listing of before was bought, and if so moves its price in what is expected.
    function _soldTo(
        uint256[] memory worth,
        uint256 id,
        IPowerMarket.Listing memory was,
        address buyer
    ) private view returns (bool) {
        if (NFT.ownerOf(id) != buyer) return false;
        if (was.seller == buyer && (was.price == 0 || MARKET.listing(id).price != 0)) return false;
        _sale(worth, Deal(id, was.coin, was.price, was.feeBps, was.seller, buyer));
        return true;
    }

    function _expect(uint256[] memory worth) private view {
        uint256[] memory now_ = _worth();
        for (uint256 i = 0; i < worth.length; ++i) assertEq(now_[i], worth[i], "what everybody owns");
    }

    function _do(address by, bytes memory data, uint256 value) private returns (bool done) {
        bytes memory answer;
        vm.prank(by);
        (done, answer) = address(MARKET).call{ value: value }(data);
        if (done) return true;
        // 0x4e487b71 is Panic; an error without a name is none of ours
        assertTrue(answer.length >= 4 && bytes4(answer) != 0x4e487b71, "refused by a named error");
    }

    function _approve(address holder, uint256 id) private {
        vm.prank(holder);
        NFT.approve(address(MARKET), id);
    }

    /// @dev Gives somebody what it is about to pay. @return value FIL to send along
    function _fund(address to, address coin, uint256 amount) private returns (uint256 value) {
        if (coin == FIL) {
            vm.deal(to, to.balance + amount);
            return amount;
        }
        COIN.mint(to, amount);
        vm.prank(to);
        COIN.approve(address(MARKET), amount);
    }

    function _balance(address coin, address owner) private view returns (uint256) {
        return coin == FIL ? owner.balance : COIN.balanceOf(owner);
    }

    function _forget(uint256 at) private {
        _offers[at] = _offers[_offers.length - 1];
        _offers.pop();
    }

    function _indexOf(address person) private view returns (uint256 i) {
        while (_people[i] != person) ++i;
    }

    /// @dev A listed NFT, from a random one on, mostly one that can be bought; that one if there is none.
    function _findListing(uint256 seed) private view returns (uint256 id) {
        id = _idOf(seed);
        bool closedToo = _draw(seed, 3) % 4 == 0;
        for (uint256 i = 0; i < LAST; ++i) {
            IPowerMarket.Listing memory listed = MARKET.listing(id);
            if (listed.price != 0 && (listed.open || closedToo)) return id;
            id = (id % LAST) + 1;
        }
    }

    /// @dev An NFT that is not auctioned, from `id` on, and who holds it.
    function _findHeld(uint256 id) private view returns (uint256, address holder) {
        for (uint256 i = 0; i < LAST; ++i) {
            holder = NFT.ownerOf(id);
            if (holder != address(MARKET)) break;
            id = (id % LAST) + 1;
        }
        return (id, holder);
    }

    /// @dev The place of an offer, from a random one on, mostly one that can be accepted.
    function _findOffer(uint256 seed) private view returns (uint256 at) {
        at = _draw(seed, 4) % _offers.length;
        bool closedToo = _draw(seed, 3) % 4 == 0;
        for (uint256 i = 0; i < _offers.length; ++i) {
            IPowerMarket.Offer memory terms = MARKET.offerOf(_offers[at]);
            if (closedToo || (terms.open && (terms.id == 0 || NFT.ownerOf(terms.id) != address(MARKET)))) return at;
            at = (at + 1) % _offers.length;
        }
    }

    /// @dev An auctioned NFT in the same way.
    function _findAuction(uint256 seed) private view returns (uint256 id) {
        id = _idOf(seed);
        for (uint256 i = 0; i < LAST && MARKET.auctionOf(id).seller == address(0); ++i) id = (id % LAST) + 1;
    }

    /// @dev Somebody with a credit, from a random person on; that one if there is none.
    function _findCreditor(address coin, uint256 seed) private view returns (address) {
        uint256 first = _draw(seed, 11);
        for (uint256 i = 0; i < _people.length; ++i) {
            address person = _people[(first + i) % _people.length];
            if (MARKET.creditOf(coin, person) != 0) return person;
        }
        return _people[first % _people.length];
    }

    function _idOf(uint256 seed) private view returns (uint256) {
        return 1 + (_draw(seed, 10) % LAST);
    }

    function _personOf(uint256 seed) private view returns (address) {
        return _people[_draw(seed, 11) % _people.length];
    }

    function _coinOf(uint256 seed) private view returns (address) {
        return _draw(seed, 12) % 2 == 0 ? FIL : address(COIN);
    }

    function _expiryOf(uint256 seed) private view returns (uint64) {
        return uint64(block.number + 1 + (_draw(seed, 1) % 30_000));
    }

    /// @dev Dust as often as money.
    function _amountOf(uint256 seed) private pure returns (uint96) {
        uint256[4] memory sizes = [uint256(1), 100, 1e18, 1e24];
        return uint96(1 + (_draw(seed, 13) % sizes[_draw(seed, 14) % 4]));
    }

    function _boundsOf(uint256 seed) private pure returns (IPowerMarket.Bounds memory) {
        uint64 minWeight = _draw(seed, 15) % 3 == 0 ? NOMINAL : 0;
        return IPowerMarket.Bounds(minWeight, 0, uint16(BPS), uint16(BPS), 0, type(uint96).max);
    }

    function _draw(uint256 seed, uint256 what) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what)));
    }
}
