// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC4626 } from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import { IERC7540 } from "./IERC7540.sol";

/// @title A joint mining pool (R-JMP)
/// @notice People put money together; the pool buys power NFTs ("machines") from the market by its policy, shares their
/// income, pays the machines off and lets people leave. Shares are an ERC-20 with six decimals more than the asset.
///
/// **Asset.** WFIL, where native FIL is taken and given as well (`depositFil`, `exitToFil`, `redeemToFil`) and all cash is
/// kept as FIL; or a stablecoin of at most 18 decimals, where FIL income is sold by FIL_AUCTION. Amounts of money are in
/// the asset's smallest units, unless their name or note says attoFIL. Times are epochs of 30 seconds; a frame is a day of
/// 2,880 of them; power is bytes of QAP; shares of a whole are basis points.
///
/// **Accounts.** `settle` books, once a frame, what each machine earned (not what was paid) since the last time: U is the
/// original cost of machines that are not paid off, over all deposits at their original amounts, at most 1, as its mean
/// over that time; 1 - U of the income pays the machine off, the rest raises the price of shares. What a guarantee pays
/// goes to pay the machine off first.
///
/// **Two prices.** Who enters pays the upper one: cash, unpaid cost (capped by what the network expects of the nominal
/// power for the rest of the term), receivables, and the income expected since the last settling. Who leaves gets the lower
/// one: cash, and of each machine the least of its unpaid cost, as far as its last attested weight carries it, and of a
/// part of its expected income (the lower of realised and expected, half of expected while it was measured for less than
/// 30 days); the same part of its receivables, less their share of the miner's arrears; less EXIT_FEE_BPS, which stays in
/// the pool. Whatever lifts the upper price beyond what entrants paid for is held back from leavers and released evenly over
/// `releaseFrames`, less what was lost again: nobody can come for an income, or a sale, and go with it.
///
/// **Leaving** is at once while there is cash and nobody waits; otherwise by a ticket, first in, first out, priced when it
/// is paid. All machines are bought after all tickets are paid.
///
/// When the last share has left, what stays in the pool is nobody's: the first deposit after that is priced as the first of
/// all, and gets it. A pool that has lost all but a thousandth of what a share cost at first takes no more deposits.
///
/// **Standards.** ERC-4626 with the redeem side of ERC-7540: `redeem` and `withdraw` claim what was requested and paid;
/// `previewRedeem` and `previewWithdraw` revert. `exit` requests and claims in one call. A donation is not seen by any
/// figure. `totalAssets` is the upper value.
///
/// Whoever may stop anything stops entries and purchases only, for 7 days at most, once in 30.
interface IJointMiningPool is IERC4626, IERC7540 {
    /// @notice What governance decides; each figure has a hard range (`policyRange`).
    struct Policy {
        /// @dev The part of expected income and of receivables that counts for leavers; 50 % to 95 %.
        uint16 cautiousBps;
        /// @dev The part of expected income that the pool pays for a machine at most; 50 % to 95 %.
        uint16 bidBps;
        /// @dev What the pool asks for a machine, of all that it may still earn; 100 % to 200 %.
        uint16 askBps;
        /// @dev The most that is spent on machines in a frame, of cash and machines; 1 % to 100 %.
        uint16 dailyBps;
        /// @dev The highest U that a purchase may lead to; 10 % to 100 %.
        uint16 maxUtilisationBps;
        /// @dev Cash that a purchase leaves for people who leave, of cash and machines; 0 % to 50 %.
        uint16 reserveBps;
        /// @dev The most that lies in machines of one storage provider, of cash and machines; 1 % to 100 %.
        uint16 perProviderBps;
        /// @dev The least term that a machine still has when bought, days; 30 to 540.
        uint16 minTermDays;
        /// @dev Frames over which a rise that nobody paid for is released to leavers; 1 to 60.
        uint16 releaseFrames;
    }

    /// @notice A machine, as of the last settling.
    struct Machine {
        /// @dev The NFT; 0: not a machine of the pool.
        uint256 id;
        uint64 minerId;
        /// @dev The actor id of the storage provider that owned the miner when it was bought.
        uint64 provider;
        uint64 expiry;
        /// @dev QAP that the NFT may weigh, bytes.
        uint64 nominalPower;
        /// @dev QAP that it weighed when it was bought, bytes: its unpaid cost counts in full at this.
        uint64 boughtWeight;
        /// @dev Its last attested weight, at most `boughtWeight`, bytes.
        uint64 weight;
        /// @dev What was paid for it, less income that came along.
        uint256 cost;
        /// @dev The part of `cost` that income and guarantee have not paid off.
        uint256 unpaid;
        /// @dev The part of `unpaid` that its weight does not carry: written down, for leavers and for U.
        uint256 writtenDown;
        /// @dev Its income up to the last settling, and what became due by its guarantee, attoFIL.
        uint256 earned;
        uint256 guaranteeDue;
        /// @dev What it still brings of that: payable now or later, attoFIL.
        uint256 receivable;
        /// @dev Income of a day over the last 30 days or more, attoFIL; 0 while `measured` is false.
        uint256 realisedPerDay;
        /// @dev Whether it was measured for 30 days.
        bool measured;
        /// @dev The epoch since which no report found any power; 0: there is some.
        uint64 idleSince;
    }

    /// @notice The pool's accounts. Figures of machines are as of the last settling.
    struct Accounts {
        /// @dev Money that is here and nobody's in particular; donations do not count.
        uint256 cash;
        /// @dev Money put aside for tickets that were paid.
        uint256 claimable;
        /// @dev FIL that a stablecoin pool has not sold, attoFIL.
        uint256 unsoldFil;
        /// @dev Deposits at their original amounts, less those of people who left.
        uint256 deposits;
        /// @dev The original cost of machines that are still being paid off, as far as their weight carries it.
        uint256 openCost;
        /// @dev What machines count for entrants, and for leavers.
        uint256 machinesUpper;
        uint256 machinesLower;
        /// @dev What machines earned and have not paid, attoFIL; for entrants, and for leavers before `cautiousBps`.
        int256 receivables;
        int256 soundReceivables;
        /// @dev Income that is expected of a day, attoFIL.
        uint256 expectedPerDay;
        /// @dev What is held back from leavers now.
        uint256 heldBack;
        /// @dev The value for entrants, and for leavers before the exit fee.
        uint256 upper;
        uint256 lower;
        /// @dev U now, 10^18 for 1.
        uint256 utilisation;
        /// @dev Shares that wait in the queue.
        uint256 waiting;
        /// @dev The epoch of the last settling; of the deployment before the first.
        uint64 settledAt;
        uint256 machines;
    }

    /// @notice What the pool makes of an NFT on sale.
    struct Appraisal {
        uint256 price;
        /// @dev The most that the pool pays.
        uint256 bid;
        /// @dev What the guarantee may still bring, in the asset: at least the price.
        uint256 guaranteed;
        /// @dev Income that comes along: earned, not covered, attoFIL.
        uint256 unpaidIncome;
        /// @dev Expected holders' income of a day, attoFIL.
        uint256 perDay;
        uint64 daysLeft;
        uint64 weight;
        uint64 provider;
    }

    /// @notice A ticket of the queue: a request to redeem.
    struct Ticket {
        /// @dev Zero: there is no such ticket, or it was claimed in full.
        address controller;
        uint256 shares;
        /// @dev Shares before it that still wait.
        uint256 ahead;
        /// @dev Shares of it that still wait.
        uint256 pending;
        /// @dev Shares that were paid and not claimed, and what they brought.
        uint256 claimable;
        uint256 assets;
        /// @dev Shares that were claimed.
        uint256 claimed;
    }

    /// @notice Machines were settled: what they earned (attoFIL), what of it paid machines off, and the two values.
    event Settled(uint256 indexed frame, uint256 income, uint256 amortised, uint256 upper, uint256 lower);
    /// @notice A machine earned (attoFIL), was paid off by so much, and weighs so much.
    event MachineSettled(uint256 indexed id, uint256 income, uint256 guarantee, uint256 amortised, uint64 weight);
    /// @notice A machine's weight fell or rose: so much of its unpaid cost is not carried by it.
    event MachineImpaired(uint256 indexed id, uint64 weight, uint256 writtenDown);
    /// @notice A machine was bought.
    event MachineBought(uint256 indexed id, uint64 indexed minerId, address indexed seller, uint256 price, uint256 bid);
    /// @notice A machine was sold: for its price, of which so much for income that went along.
    event MachineSold(uint256 indexed id, address indexed to, uint256 price, uint256 forIncome);
    /// @notice A machine is the pool's no more, or earns no more: what was never paid off is lost.
    event MachineClosed(uint256 indexed id, uint256 lost);
    /// @notice Income came in, attoFIL.
    event Collected(uint256 amount);
    /// @notice Waiting shares were paid.
    event TicketsPaid(uint256 shares, uint256 assets, uint256 stillWaiting);
    /// @notice FIL income was sold by the auction.
    event FilSold(uint256 amount, uint256 coins);
    /// @notice The policy was changed.
    event PolicySet(Policy policy);
    /// @notice The cap on what the pool may be worth was changed; 0: none.
    event DepositCapSet(uint256 oldCap, uint256 newCap);
    /// @notice Entries and purchases are paused until the given epoch (an epoch that has passed: not paused).
    event EntriesPaused(uint64 until);

    /// @notice Thrown when a deposit or a ticket is below the least: one unit of the asset, or for a ticket all that the owner has.
    error BelowMinimum(uint256 amount, uint256 minimum);
    /// @notice Thrown when a deposit would exceed what may be deposited now.
    error AboveMaximum(uint256 amount, uint256 maximum);
    /// @notice Thrown when the pool was not settled in this frame: call `settle` first, which anyone may.
    error NotSettled(uint256 settledFrame, uint256 frame);
    /// @notice Thrown while entries and purchases are paused.
    error EntriesArePaused(uint64 until);
    /// @notice Thrown when a report found less power and the next one has not confirmed it: nobody enters meanwhile.
    error WeightUnconfirmed(uint256 doubtful, uint256 upper);
    /// @notice Thrown when a deposit brings fewer shares than asked for.
    error TooFewShares(uint256 shares, uint256 minimum);
    /// @notice Thrown when leaving brings less than asked for.
    error TooFewAssets(uint256 assets, uint256 minimum);
    /// @notice Thrown when the pool's asset is not WFIL, or a native amount comes to a stablecoin pool.
    error NotFilPool();
    /// @notice Thrown when FIL is sent by a call: use `depositFil`.
    error UseDepositFil();
    /// @notice Thrown by previews that ERC-7540 forbids.
    error AsyncRedeem();
    /// @notice Thrown when the caller may not act for an owner or a controller.
    error NotAuthorised(address caller, address account);
    /// @notice Thrown when there are fewer claimable shares or assets than asked for.
    error NotClaimable(uint256 asked, uint256 claimable);
    /// @notice Thrown when a controller has too many open tickets: claim one first.
    error TooManyTickets(address controller, uint256 maximum);
    /// @notice Thrown when there is no such ticket.
    error UnknownTicket(uint256 requestId);
    /// @notice Thrown when an address cannot get money or shares.
    error BadReceiver(address to);
    /// @notice Thrown when an NFT is not a machine of the pool.
    error NotMachine(uint256 id);
    /// @notice Thrown when another amount of the asset arrived than was sent: it takes fees, or changes balances by itself.
    error InexactAsset(uint256 expected, uint256 arrived);
    /// @notice Thrown when the pool holds less than it keeps accounts of.
    error AssetShort(uint256 held, uint256 needed);
    /// @notice Thrown when a figure of the policy is outside its hard range.
    error PolicyOutOfRange(uint256 field, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice Thrown when somebody else than the auction sells FIL.
    error NotAuction(address caller);
    /// @notice Thrown when a constructor is given contracts that do not fit together.
    error BadPool();

    /// @notice Thrown when nothing is on sale: no open listing by the holder, or in another coin.
    error NotOnSale(uint256 id, address coin);
    /// @notice Thrown when tickets wait: they are paid before machines are bought.
    error TicketsWait(uint256 shares);
    /// @notice Thrown when the pool has as many machines as it can settle.
    error TooManyMachines(uint256 maximum);
    /// @notice Thrown when a price is above the pool's bid.
    error AboveBid(uint256 id, uint256 price, uint256 bid);
    /// @notice Thrown when what the guarantee may still bring is below the price, or the miner does not cover its guarantees.
    error NotGuaranteed(uint256 id, uint256 price, uint256 guaranteed, int256 cover, uint256 toCover);
    /// @notice Thrown when an NFT has no attested weight, or it fell lately, or the chain says less than the sum of weights.
    error WeightInDoubt(uint256 id, uint64 last, uint64 previous);
    /// @notice Thrown when the miner has sold more than MAX_SOLD_BPS of its power.
    error SoldTooMuch(uint64 minerId, uint256 sold, uint256 qap);
    /// @notice Thrown when the miner is in arrears.
    error MinerInArrears(uint64 minerId, uint256 arrears);
    /// @notice Thrown when too little of the term is left (epochs).
    error TermTooShort(uint256 id, uint64 expiry, uint64 earliest);
    /// @notice Thrown when a purchase exceeds what may be spent in a frame.
    error DailyLimit(uint256 price, uint256 left);
    /// @notice Thrown when a purchase would lift U beyond its bound (10^18 for 1).
    error UtilisationTooHigh(uint256 utilisation, uint256 maximum);
    /// @notice Thrown when a purchase would leave too little cash.
    error CashTooLow(uint256 left, uint256 reserve);
    /// @notice Thrown when too much would lie in machines of one storage provider.
    error ProviderTooLarge(uint64 provider, uint256 held, uint256 maximum);
    /// @notice Thrown when an asking price is above the buyer's bound.
    error AskTooHigh(uint256 id, uint256 ask, uint256 maximum);
    /// @notice Thrown when a loss is recognised although the machine may still come back: earliest epoch, 0 while it has power.
    error TooEarlyForLoss(uint256 id, uint64 earliest);

    // ENTERING

    /// @notice Deposits the FIL that comes along. Only in a pool over WFIL. Settles first if nobody has in this frame.
    /// @param minShares The fewest shares that the caller accepts.
    /// @return shares Rounded down.
    function depositFil(address receiver, uint256 minShares) external payable returns (uint256 shares);

    // LEAVING

    /// @notice Leaves with shares of the caller: as much as cash allows is paid at once, if nobody waits; the rest becomes a
    /// ticket of the caller. Settles first if nobody has in this frame.
    /// @param minAssets The least that all the shares must be worth now; a ticket is priced when it is paid.
    /// @return assets What was paid.
    /// @return requestId The ticket; 0 when there is none.
    function exit(
        uint256 shares,
        address receiver,
        uint256 minAssets
    ) external returns (uint256 assets, uint256 requestId);

    /// @notice The same, paid in FIL by a native send. Only in a pool over WFIL.
    /// @param receiver Any address; an actor also by its masked id. No code of it runs.
    function exitToFil(
        uint256 shares,
        address receiver,
        uint256 minAssets
    ) external returns (uint256 assets, uint256 requestId);

    /// @notice `redeem`, paid in FIL by a native send. Only in a pool over WFIL.
    function redeemToFil(uint256 shares, address receiver, address controller) external returns (uint256 assets);

    /// @notice Pays as many waiting shares as cash allows, at one price. Anyone may call; does nothing while the pool was not
    /// settled in this frame.
    /// @return shares That were paid.
    /// @return assets That were put aside for them, rounded down.
    function payTickets() external returns (uint256 shares, uint256 assets);

    // MACHINES

    /// @notice Books every machine's income, loss and value up to now, and measures miners that nobody has measured in this
    /// frame. Anyone may call; then pays tickets. Reads only; a miner that cannot be measured does not stop it.
    function settle() external;

    /// @notice Books one machine, at once: when a report or a challenge has just lowered its weight. Anyone may call.
    function impair(uint256 id) external;

    /// @notice Takes machines' income into the pool: what they can be paid now. Anyone may call. Settles first if one of them
    /// has earned more than was booked. Pays tickets. Costs nothing
    /// by the number of depositors.
    /// @param ids Machines, or NFTs that were given up as a loss and pay later.
    /// @return amount attoFIL.
    function collect(uint256[] calldata ids) external returns (uint256 amount);

    /// @notice Buys an NFT that its holder has listed, if it satisfies the policy. Anyone may call. Syncs its miner,
    /// settles and pays tickets first.
    /// @return price What was paid.
    function buyMachine(uint256 id) external returns (uint256 price);

    /// @notice Sells a machine at the pool's asking price (`askOf`). Anyone may buy: with FIL that comes along in a pool over
    /// WFIL (what is beyond the price is sent back), otherwise with the asset.
    /// @param maxPrice The most that the caller pays.
    /// @param to Who gets the NFT.
    /// @return price What was paid.
    function sellMachine(uint256 id, uint256 maxPrice, address to) external payable returns (uint256 price);

    /// @notice Gives up a machine in which no report has found power for WRITE_OFF_DELAY epochs, when the chain has ended
    /// every faulty sector: what can be had now is harvested and collected, and what was not paid off is lost. What comes
    /// in later is still collected. Anyone may call.
    function recogniseLoss(uint256 id) external;

    /// @notice Takes coins of a buyer and sends it FIL. Only the auction.
    function deliverFil(address buyer, address to, uint256 amount, uint256 coins) external;

    // GOVERNANCE

    /// @notice Sets the policy. Only the parameters' role.
    function setPolicy(Policy calldata newPolicy) external;
    /// @notice Sets the most that the pool may be worth to take deposits; 0: no cap. Only the parameters' role.
    function setDepositCap(uint256 cap) external;
    /// @notice Pauses deposits and purchases up to the given epoch: for 7 days at most, once in 30. An epoch that has passed
    /// ends it. Only the guardian's role.
    function pauseEntries(uint64 until) external;

    // VIEWS

    /// @notice The pool's accounts.
    function accounts() external view returns (Accounts memory);
    /// @notice A machine.
    function machineOf(uint256 id) external view returns (Machine memory);
    /// @notice The ids of all machines, at most MAX_MACHINES.
    function machineIds() external view returns (uint256[] memory);
    /// @notice What the pool makes of an NFT on sale now, as of its miner's last sync; reverts as `buyMachine` would.
    function appraise(uint256 id) external view returns (Appraisal memory);
    /// @notice What the pool asks for a machine now, income that goes along included.
    function askOf(uint256 id) external view returns (uint256);
    /// @notice What `exit` would do now: what is paid at once, and the shares that would wait; `worth` is the price of all of
    /// them now.
    function previewExit(uint256 shares) external view returns (uint256 assets, uint256 waits, uint256 worth);
    /// @notice A ticket.
    function ticketOf(uint256 requestId) external view returns (Ticket memory);
    /// @notice Open tickets of a controller, oldest first, at most MAX_TICKETS.
    function ticketsOf(address controller) external view returns (uint256[] memory);
    /// @notice An estimate of the epochs until a ticket is paid in full, from cash and expected income, without new
    /// deposits; the largest number when no income is expected.
    function estimatedWait(uint256 requestId) external view returns (uint256 epochs);
    /// @notice The frame of now.
    function currentFrame() external view returns (uint256);
    /// @notice Whether the pool was settled in this frame.
    function isSettled() external view returns (bool);
    /// @notice The hard ranges of the policy's figures.
    function policyRange() external pure returns (Policy memory least, Policy memory most);
    /// @notice The policy.
    function policy() external view returns (Policy memory);
    /// @notice The most that the pool may be worth to take deposits; 0: no cap.
    function depositCap() external view returns (uint256);
    /// @notice Deposits and purchases are paused before this epoch.
    function entriesPausedUntil() external view returns (uint64);
    /// @notice One unit of the asset: the least deposit.
    function MIN_DEPOSIT() external view returns (uint256);
    /// @notice Whether the asset is wrapped FIL, and all cash FIL.
    function IS_FIL() external view returns (bool);
    /// @notice The NFTs that the pool buys, and the market where it does.
    function POWER_NFT() external view returns (address);
    function POWER_MARKET() external view returns (address);
    /// @notice Where a stablecoin pool's FIL is sold; zero in a pool over WFIL.
    function FIL_AUCTION() external view returns (address);
    /// @notice What stays in the pool of what a leaver's shares are worth: 0.1 %.
    function EXIT_FEE_BPS() external view returns (uint256);
    /// @notice The most machines.
    function MAX_MACHINES() external view returns (uint256);
    /// @notice The most open tickets of a controller.
    function MAX_TICKETS() external view returns (uint256);
    /// @notice The most of its power that a miner may have sold: 80 %.
    function MAX_SOLD_BPS() external view returns (uint256);
    /// @notice Epochs without power after which a loss is final: 42 days, in which the chain ends faulty sectors.
    function WRITE_OFF_DELAY() external view returns (uint64);
}
