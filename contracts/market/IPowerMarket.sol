// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The market of power NFTs: fixed prices, offers and English auctions (R-MKT)
/// @notice Money is FIL (coin address 0) or an ERC-20 that governance has allowed; prices are in the coin's smallest unit.
/// Times are epochs of 30 seconds, power is bytes of QAP, fees are basis points. The buyer pays the price; the market's
/// fee and the royalty (ERC-2981), both rounded down, come out of it. Nothing here can be paused, and no price is read
/// by anything.
///
/// - A listed NFT stays with its seller, earns for it, and can be claimed by it. An auctioned one lies here until the
///   auction ends, so that a bid is for something that cannot run away; what it earns meanwhile is the seller's.
/// - Money of offers and bids lies here too: an offer that can be seen can be taken, and nothing is taken by an allowance
///   that was given for something else.
/// - Proceeds in FIL are sent at once, without any code of the payee running, so that nothing can be refused. A contract
///   would not notice such a payment: it gets a credit instead, as everybody does in ERC-20s, whose transfers may run
///   code. Credits are taken out by `withdraw`.
interface IPowerMarket {
    /// @notice What a buyer insists on, whatever happens before its transaction.
    struct Bounds {
        /// @dev The least weight that it must earn with, bytes.
        uint64 minWeight;
        /// @dev The earliest epoch at which it may expire.
        uint64 minExpiry;
        /// @dev The highest sum of service fee and protocol fee on its income, basis points.
        uint16 maxFeeBps;
        /// @dev The highest royalty on its sales, basis points.
        uint16 maxRoyaltyBps;
        /// @dev The least that goes along: income that is earned and what is due by its guarantee, as far as cash has not
        /// covered it yet, attoFIL.
        uint96 minUnpaid;
        /// @dev The most of it, attoFIL.
        uint96 maxUnpaid;
    }

    /// @notice One item of a batch.
    struct Purchase {
        uint256 id;
        /// @dev Whose listing is meant.
        address seller;
        uint96 maxPrice;
        Bounds bounds;
    }

    /// @notice A listing as it stands.
    struct Listing {
        address seller;
        address coin;
        /// @dev 0: not listed.
        uint96 price;
        /// @dev The first epoch at which it is void.
        uint64 expiry;
        /// @dev The market's fee, as it was when it was listed (R-GOV-3).
        uint16 feeBps;
        /// @dev The weight that the seller saw then, bytes: its word, which nothing here goes by.
        uint64 weight;
        /// @dev Whether it can be bought now: not expired or withdrawn, still the seller's, and the market approved for it.
        bool open;
    }

    /// @notice What a purchase at the listed price comes to.
    struct Quote {
        address seller;
        address coin;
        /// @dev What the buyer pays: fee + royalty + net.
        uint256 price;
        uint256 fee;
        uint256 royalty;
        /// @dev Zero where there is no royalty, or the seller itself would get it.
        address royaltyReceiver;
        /// @dev What the seller gets.
        uint256 net;
        /// @dev The weight of the NFT now, bytes.
        uint64 weight;
        /// @dev The first epoch without income of the NFT.
        uint64 expiry;
        /// @dev What goes along: income that is earned and what is due by its guarantee, not yet covered, attoFIL.
        uint256 unpaid;
        /// @dev What may still become due by its guarantee (R-GUA-1), attoFIL; 0: nothing is guaranteed any more.
        uint256 guarantee;
        /// @dev What stands behind all guarantees of its miner (R-GUA-2), attoFIL, where it has one: they are covered while
        /// cover >= coverNeeded.
        int256 cover;
        /// @dev What may still become due by all guarantees of its miner, attoFIL, where it has one.
        uint256 coverNeeded;
    }

    /// @notice What somebody offers to pay. Its terms never change.
    struct Offer {
        /// @dev Zero: there is no such offer.
        address maker;
        /// @dev The NFT that it is for; 0: any of the miner's.
        uint256 id;
        /// @dev The miner whose NFTs it is for, by its actor id; 0 where one NFT is named.
        uint64 minerId;
        address coin;
        uint96 amount;
        /// @dev The first epoch at which it is void.
        uint64 expiry;
        /// @dev The market's fee, as it was when it was made.
        uint16 feeBps;
        Bounds bounds;
        /// @dev Whether it can be accepted now: neither expired nor withdrawn.
        bool open;
    }

    /// @notice An auction as it stands.
    struct Auction {
        /// @dev Zero: not auctioned.
        address seller;
        address coin;
        /// @dev The least first bid.
        uint96 reserve;
        /// @dev The first epoch at which no bid is taken.
        uint64 end;
        /// @dev The market's fee, as it was when it began.
        uint16 feeBps;
        /// @dev Who bids most; zero before the first bid.
        address bidder;
        uint96 bid;
        /// @dev The weight without which the highest bid is void, bytes.
        uint64 minWeight;
        /// @dev The least that the next bid must be.
        uint256 nextBid;
    }

    /// @notice An NFT is for sale, if it is the seller's. A listing of the seller before it is void.
    event Listed(
        uint256 indexed id,
        address indexed seller,
        address coin,
        uint96 price,
        uint64 expiry,
        uint16 feeBps,
        uint64 weight
    );
    /// @notice A listing is gone without a sale.
    event ListingCancelled(uint256 indexed id, address indexed seller);
    /// @notice All listings and offers that somebody made up to now are void.
    event AllCancelled(address indexed maker, uint32 round);
    /// @notice An NFT was sold.
    event Sold(
        uint256 indexed id,
        address indexed seller,
        address indexed to,
        address coin,
        uint256 price,
        uint256 fee,
        uint256 royalty
    );
    /// @notice An item of a batch was left out, as the buyer allowed; the reason is the error that it would have met.
    event Skipped(uint256 indexed id, bytes reason);
    /// @notice Somebody offers to buy an NFT, or any of a miner's.
    event OfferMade(
        uint256 indexed offerId,
        address indexed maker,
        uint256 indexed id,
        uint64 minerId,
        address coin,
        uint96 amount,
        uint64 expiry
    );
    /// @notice An offer was accepted; `Sold` has the amounts.
    event OfferAccepted(uint256 indexed offerId, uint256 indexed id, address indexed seller);
    /// @notice An offer is gone, and its money is its maker's again.
    event OfferCancelled(uint256 indexed offerId, address indexed maker);
    /// @notice An auction began.
    event AuctionStarted(
        uint256 indexed id,
        address indexed seller,
        address coin,
        uint96 reserve,
        uint64 end,
        uint16 feeBps
    );
    /// @notice A bid was taken; the one before it is its bidder's credit.
    event BidPlaced(uint256 indexed id, address indexed bidder, uint96 amount, uint64 minWeight, uint64 end);
    /// @notice An auction ended without a sale: no bid, or the NFT lost the weight that the highest bid asked for.
    event AuctionFailed(uint256 indexed id, address indexed seller, address bidder, uint96 bid);
    /// @notice Somebody has more to withdraw.
    event CreditAdded(address indexed account, address indexed coin, uint256 amount);
    /// @notice A credit was taken out.
    event CreditWithdrawn(address indexed account, address indexed coin, address indexed to, uint256 amount);
    /// @notice The market's fee on what is listed, offered and auctioned from now on was changed.
    event MarketFeeSet(uint16 oldBps, uint16 newBps);
    /// @notice A coin may be used for new business, or no longer.
    event CoinSet(address indexed coin, bool allowed);
    /// @notice The market's fees were paid out.
    event MarketFeesClaimed(address indexed coin, address indexed to, uint256 amount);

    /// @notice Thrown when somebody sells an NFT that it does not hold.
    error NotHolder(uint256 id, address caller, address holder);
    /// @notice Thrown when a price, a reserve or an offer is 0.
    error NoPrice();
    /// @notice Thrown when a coin is not allowed for new business.
    error CoinNotAllowed(address coin);
    /// @notice Thrown when an order would end in the past or too far in the future (epochs).
    error OrderTermOutOfRange(uint64 expiry, uint64 earliest, uint64 latest);
    /// @notice Thrown when the seller has not listed an NFT, or has cancelled all its orders.
    error NotListed(uint256 id);
    /// @notice Thrown when a listing has ended.
    error ListingExpired(uint256 id, uint64 expiry);
    /// @notice Thrown when somebody else than the seller cancels an auction.
    error NotSeller(uint256 id, address caller, address seller);
    /// @notice Thrown when the seller no longer holds what it listed.
    error HolderChanged(uint256 id, address seller, address holder);
    /// @notice Thrown when the market is not approved for an NFT by name, or no longer: a move of the NFT ends that.
    error MarketNotApproved(uint256 id, address seller);
    /// @notice Thrown when an item is priced in another coin than the buyer named.
    error OtherCoin(uint256 id, address coin, address named);
    /// @notice Thrown when a price is above the buyer's bound.
    error PriceTooHigh(uint256 id, uint256 price, uint256 maximum);
    /// @notice Thrown when an NFT earns with less than the buyer's bound.
    error WeightTooLow(uint256 id, uint64 weight, uint64 minimum);
    /// @notice Thrown when an NFT expires before the buyer's bound.
    error ExpiryTooEarly(uint256 id, uint64 expiry, uint64 minimum);
    /// @notice Thrown when the fees on an NFT's income are above the buyer's bound.
    error IncomeFeesTooHigh(uint256 id, uint256 bps, uint256 maximumBps);
    /// @notice Thrown when the royalty on an NFT's sales is above the buyer's bound.
    error RoyaltyTooHigh(uint256 id, uint256 bps, uint256 maximumBps);
    /// @notice Thrown when what goes along with an NFT unpaid, of income and guarantee, is outside the buyer's bounds.
    error UnpaidOutOfBounds(uint256 id, uint256 unpaid, uint256 minimum, uint256 maximum);
    /// @notice Thrown when the FIL sent along is not what is needed (0 where an ERC-20 is paid).
    error WrongValue(uint256 sent, uint256 needed);
    /// @notice Thrown when a batch must buy more items than it names.
    error TooFewNamed(uint256 named, uint256 atLeast);
    /// @notice Thrown when an NFT would go where nobody could move it.
    error BadReceiver(address to);
    /// @notice Thrown when an offer names neither one NFT nor one miner, or both.
    error BadTarget(uint256 id, uint64 minerId);
    /// @notice Thrown when there is no such offer, or all orders of its maker were cancelled.
    error UnknownOffer(uint256 offerId);
    /// @notice Thrown when an offer has ended.
    error OfferExpired(uint256 offerId, uint64 expiry);
    /// @notice Thrown when somebody else than the maker cancels an offer that stands.
    error NotMaker(uint256 offerId, address caller, address maker);
    /// @notice Thrown when an offer is for another NFT.
    error OtherNFT(uint256 offerId, uint256 id, uint256 offered);
    /// @notice Thrown when an NFT is not auctioned.
    error NotAuctioned(uint256 id);
    /// @notice Thrown when an auction would be too short or too long (epochs).
    error DurationOutOfRange(uint64 duration, uint64 minimum, uint64 maximum);
    /// @notice Thrown when an auction takes no more bids.
    error AuctionOver(uint256 id, uint64 end);
    /// @notice Thrown when an auction still takes bids.
    error AuctionRunning(uint256 id, uint64 end);
    /// @notice Thrown when a bid is below the reserve, or not enough above the one before.
    error BidTooLow(uint256 id, uint256 bid, uint256 minimum);
    /// @notice Thrown when an auction that has a bid is cancelled.
    error HasBid(uint256 id, address bidder, uint256 bid);
    /// @notice Thrown when another amount of a coin arrived than was sent: it takes fees, or changes balances by itself.
    error InexactCoin(address coin, uint256 expected, uint256 arrived);
    /// @notice Thrown when the market holds less of a coin than it owes.
    error CoinShort(address coin, uint256 cash, uint256 owed);
    /// @notice Thrown when a coin calls back into the market while it moves.
    error Reentered(address coin);
    /// @notice Thrown when an address cannot be a coin of this market.
    error BadCoin(address coin);
    /// @notice Thrown when no more coins can be allowed.
    error TooManyCoins(uint256 maximum);

    /// @notice Offers an NFT of the caller at a fixed price. Nothing is asked of PowerNFT: who lists what it does not hold
    /// lists in vain. The market must be approved for this NFT by name (`approve`): PowerNFT ends that when the NFT moves,
    /// so that a listing never comes back to life when a seller gets its NFT back from a sale, a gift or a pledge. The
    /// listing ends by a sale, by `cancelListing`, by `cancelAll`, at its expiry, and with the approval.
    /// @param coin 0 for FIL, or an allowed ERC-20.
    /// @param price What the buyer pays.
    /// @param expiry The first epoch at which it is void: within MAX_ORDER_TERM.
    /// @param weight The weight that the seller sees, bytes; only shown to buyers, who set their own bounds.
    function list(uint256 id, address coin, uint96 price, uint64 expiry, uint64 weight) external;

    /// @notice Ends a listing of the caller.
    function cancelListing(uint256 id) external;

    /// @notice Voids all listings and offers of the caller at once. The money of its offers comes back by `cancelOffer`.
    function cancelAll() external;

    /// @notice Buys a listed NFT. FIL beyond the price is sent back to the caller.
    /// @param seller Whose listing is meant.
    /// @param coin The coin that the buyer means to pay in.
    /// @param maxPrice The most that it pays.
    /// @param to Who gets the NFT. It is not asked whether it can hold one.
    /// @return paid The price.
    function buy(
        uint256 id,
        address seller,
        address coin,
        uint96 maxPrice,
        Bounds calldata bounds,
        address to
    ) external payable returns (uint256 paid);

    /// @notice Buys several listed NFTs, all priced in one coin.
    /// @param purchases Ascending by id.
    /// @param atLeast How many must succeed; others are left out with an event. All: their number.
    /// @return bought How many were bought.
    /// @return paid The sum of their prices.
    function buyMany(
        Purchase[] calldata purchases,
        address coin,
        uint256 atLeast,
        address to
    ) external payable returns (uint256 bought, uint256 paid);

    /// @notice Offers to buy, and puts the money aside. Of `terms`, the maker, the fee and `open` are not read.
    /// @return offerId The number of the offer; never given twice.
    function offer(Offer calldata terms) external payable returns (uint256 offerId);

    /// @notice Sells an NFT of the caller, which must have approved the market, to an offer.
    /// @return net What the seller gets.
    function accept(uint256 offerId, uint256 id) external returns (uint256 net);

    /// @notice Ends an offer and gives its money back. The maker at any time; anyone once it is void.
    function cancelOffer(uint256 offerId) external;

    /// @notice Auctions an NFT of the caller, which must have approved the market. The NFT lies here until the end.
    /// @param reserve The least first bid.
    /// @param duration Epochs, MIN_AUCTION to MAX_AUCTION. A bid in the last EXTENSION epochs moves the end that far away.
    function auction(uint256 id, address coin, uint96 reserve, uint64 duration) external;

    /// @notice Bids. The money lies here; when a higher bid comes it is the bidder's credit. Bounds must hold now; the
    /// weight must still hold at the end, otherwise the auction fails and the bid becomes a credit. (Income that is
    /// covered by cash until then is the seller's: unpaid income may be less at the end.)
    /// @param coin The coin that the bidder means to pay in.
    /// @param amount At least `auctionOf(id).nextBid`.
    function bid(uint256 id, address coin, uint96 amount, Bounds calldata bounds) external payable;

    /// @notice Ends an auction whose time is over: sells the NFT to the highest bidder, or gives it back. Anyone may call.
    function settleAuction(uint256 id) external;

    /// @notice Ends an auction without a bid and gives the NFT back. Only the seller.
    function cancelAuction(uint256 id) external;

    /// @notice Pays what an auctioned NFT can be paid to its seller. Anyone may call.
    /// @return amount attoFIL.
    function claimAuctioned(uint256 id) external returns (uint256 amount);

    /// @notice Takes out the caller's credit in a coin.
    /// @param to Any address; in FIL also an actor by its masked id.
    function withdraw(address coin, address to) external returns (uint256 amount);

    /// @notice Sets the fee on what is listed, offered and auctioned from now on; at most MAX_MARKET_FEE_BPS.
    function setMarketFee(uint16 bps) external;
    /// @notice Allows an ERC-20 for new business, or ends that. What stands in it goes on to its end.
    function setCoin(address coin, bool allowed) external;
    /// @notice Pays out the market's fees in a coin. Only the treasury's role.
    function claimMarketFees(address coin, address to) external returns (uint256 amount);

    /// @notice The listing of an NFT by its present holder.
    function listing(uint256 id) external view returns (Listing memory);
    /// @notice What `buy` from the present holder would come to now, within the buyer's bounds; reverts as it would.
    function previewBuy(uint256 id, Bounds calldata bounds) external view returns (Quote memory);
    /// @notice An offer.
    function offerOf(uint256 offerId) external view returns (Offer memory);
    /// @notice Offers made so far; numbers count from 1.
    function offers() external view returns (uint256);
    /// @notice The auction of an NFT.
    function auctionOf(uint256 id) external view returns (Auction memory);
    /// @notice What an address can withdraw.
    function creditOf(address coin, address account) external view returns (uint256);
    /// @notice What the market holds of a coin, and what it owes in it: credits, offers, bids and fees (cash >= owed).
    function solvency(address coin) external view returns (uint256 cash, uint256 owed);
    /// @notice The fee on new business, basis points.
    function marketFeeBps() external view returns (uint16);
    /// @notice Fees that can be paid out now.
    function marketFees(address coin) external view returns (uint256);
    /// @notice Whether a coin may be used for new business. FIL always may.
    function isAllowed(address coin) external view returns (bool);
    /// @notice The NFTs that are traded.
    function POWER_NFT() external view returns (address);
    /// @notice The longest term of a listing or an offer, epochs: 180 days.
    function MAX_ORDER_TERM() external view returns (uint64);
    /// @notice The shortest auction, epochs: an hour.
    function MIN_AUCTION() external view returns (uint64);
    /// @notice The longest auction, epochs: 30 days.
    function MAX_AUCTION() external view returns (uint64);
    /// @notice A bid leaves others at least this many epochs to answer: 15 minutes.
    function EXTENSION() external view returns (uint64);
}
