// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The Dutch auction in which a stablecoin pool sells its FIL income (R-JMP-7)
/// @notice No price feed: the price falls until somebody buys. One lot at a time: all FIL that the pool has not sold. A lot
/// begins at START_FACTOR times the reference, which is the clearing price of the last lot that sold anything, and halves
/// every HALVING epochs, evenly in between, for DURATION epochs. Anybody may buy any part of it at the price of the moment.
/// When nobody buys, the FIL stays with the pool, the reference halves (not below 1), and the next lot begins lower.
///
/// FIL amounts are attoFIL; prices are the coin's smallest units for one FIL (10^18 attoFIL). The auction holds no money:
/// the pool takes the coin from the buyer and sends the FIL.
///
/// Two prices are told to the pool. `lastPrice` is what entrants pay for unsold FIL. `cautiousPrice` is the lowest of the
/// last PRICES lots that sold, none of which ended in the same frame as another: nobody can lift it without overpaying for
/// as many days. The pool's bids for machines and its care for leavers go by it.
interface IFilAuction {
    /// @notice A lot as it stands.
    struct Lot {
        /// @dev FIL that is left of it; 0: no lot runs.
        uint128 left;
        /// @dev FIL that was sold of it.
        uint128 sold;
        /// @dev What it brought, coin units.
        uint128 proceeds;
        /// @dev The price at which it began.
        uint128 startPrice;
        uint64 startedAt;
        /// @dev The first epoch at which nothing is sold.
        uint64 end;
    }

    /// @notice A lot began.
    event LotStarted(uint256 indexed lot, uint256 amount, uint256 startPrice, uint64 end);
    /// @notice FIL of a lot was sold.
    event LotSold(uint256 indexed lot, address indexed buyer, address to, uint256 amount, uint256 coins, uint256 price);
    /// @notice A lot ended: what was sold, for how much, and the reference from now on.
    event LotEnded(uint256 indexed lot, uint256 sold, uint256 proceeds, uint256 left, uint256 referencePrice);

    /// @notice Thrown when a lot still sells.
    error LotRunning(uint256 lot, uint64 end);
    /// @notice Thrown when no lot sells.
    error NoLot();
    /// @notice Thrown when the pool has less FIL than a lot needs.
    error LotTooSmall(uint256 amount, uint256 minimum);
    /// @notice Thrown when a frame's lot has ended already: one lot a frame.
    error OneLotAFrame(uint256 frame);
    /// @notice Thrown when less is bought than the least, and not all that is left; or more than is left.
    error AmountOutOfRange(uint256 amount, uint256 minimum, uint256 maximum);
    /// @notice Thrown when the price of the moment is above the buyer's bound.
    error PriceAbove(uint256 price, uint256 maximum);
    /// @notice Thrown when a constructor is given no price, or a pool that was built for another auction.
    error BadAuction();

    /// @notice Begins a lot with all FIL that the pool has not sold, at least MIN_LOT. Ends the one before, if its time is
    /// over. Anyone may call.
    /// @return number Of the lot.
    function start() external returns (uint256 number);

    /// @notice Buys FIL of the lot at the price of the moment. The pool must be approved for the coin.
    /// @param amount attoFIL: at least MIN_LOT, or all that is left.
    /// @param maxPrice The most that the caller pays for one FIL.
    /// @param to Who gets the FIL, by a native send that runs no code.
    /// @return coins What was paid, rounded up.
    function buy(uint256 amount, uint256 maxPrice, address to) external returns (uint256 coins);

    /// @notice The lot of now.
    function lot() external view returns (Lot memory);
    /// @notice The price of now; 0 while no lot sells.
    function price() external view returns (uint256);
    /// @notice The clearing price of the last lot that sold anything (proceeds / sold); the first reference before one did.
    function lastPrice() external view returns (uint256);
    /// @notice The lowest of the last clearing prices; the first reference counts as the first of them.
    function cautiousPrice() external view returns (uint256);
    /// @notice Where the next lot's price comes from.
    function referencePrice() external view returns (uint256);
    /// @notice Lots so far; they are numbered from 1.
    function lots() external view returns (uint256);
    /// @notice The pool whose FIL is sold.
    function POOL() external view returns (address);
    /// @notice A lot begins at this multiple of the reference.
    function START_FACTOR() external view returns (uint256);
    /// @notice Epochs in which the price halves: 3 hours.
    function HALVING() external view returns (uint64);
    /// @notice Epochs for which a lot sells: a day.
    function DURATION() external view returns (uint64);
    /// @notice The least lot, and the least purchase: 1 FIL.
    function MIN_LOT() external view returns (uint256);
    /// @notice How many clearing prices the cautious one looks back on.
    function PRICES() external view returns (uint256);
}
