// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { MinerActor } from "../fvm/MinerActor.sol";
import { PowerActor } from "../fvm/PowerActor.sol";
import { BuyerBounds } from "../market/BuyerBounds.sol";
import { IPowerMarket } from "../market/IPowerMarket.sol";
import { IPowerNFT } from "../power/IPowerNFT.sol";
import { BPS, Book, DAY, Env, MACHINES, MEASURED_FOR, Rig, Rigs } from "./Book.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { Machines } from "./Machines.sol";
import { Pricing } from "./Pricing.sol";

/// @title Buying machines by the policy, without a manager (R-JMP-6)
/// @notice Runs in the pool's context; apart from it, because that contract's size is limited. Nothing that a seller can
/// choose counts but the price: what the NFT is worth comes from the ledger, from the network's own estimates and from the
/// provider's pledge, all read in the transaction that buys.
library Buying {
    using Pricing for Book;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev The most of its power that a miner may have sold (80 %): a provider that stops winning blocks must lose too.
    uint256 internal constant SOLD_BPS = 8_000;

    /// @dev What a purchase needs to know beside its appraisal.
    struct Offer {
        address seller;
        IPowerNFT.Holding holding;
        /// @dev What the network expects of Machines.PIB for a day, attoFIL.
        uint256 perPiB;
    }

    /// @notice Buys. The pool was settled and no ticket waits. Emits MachineBought.
    function buy(Book storage book, Env memory env, uint256 id) external returns (uint256 price) {
        (IJointMiningPool.Appraisal memory found, Offer memory offer) = _appraise(book, env, id);
        price = found.price;
        uint256 before = book.upper(env.coin != address(0), env.lastPrice);
        uint256 along = BuyerBounds.unpaidOf(offer.holding);
        uint256 cost = price - Math.min(price, Pricing.toAsset(along, env.cautiousPrice));
        _write(book, found, offer, id, cost);
        Machines.add(book, env, id, along);
        uint256 upper = book.upper(env.coin != address(0), env.lastPrice);
        if (upper > before) book.holdBack(upper - before, env.policy.releaseFrames);
        emit IJointMiningPool.MachineBought(id, offer.holding.power.minerId, offer.seller, price, found.bid);
        _pay(env, id, offer, found);
    }

    /// @notice What the pool makes of an NFT on sale; reverts with what speaks against it.
    function appraise(
        Book storage book,
        Env memory env,
        uint256 id
    ) external view returns (IJointMiningPool.Appraisal memory found) {
        (found, ) = _appraise(book, env, id);
    }

    function _appraise(
        Book storage book,
        Env memory env,
        uint256 id
    ) private view returns (IJointMiningPool.Appraisal memory found, Offer memory offer) {
        IPowerMarket.Listing memory listing = IPowerMarket(env.market).listing(id);
        if (!listing.open || listing.coin != env.coin || listing.seller == address(this)) {
            revert IJointMiningPool.NotOnSale(id, listing.coin);
        }
        if (book.machines >= MACHINES) revert IJointMiningPool.TooManyMachines(MACHINES);
        found.price = listing.price;
        offer.seller = listing.seller;
        offer.holding = env.nft.holdingOf(id);
        found.weight = _soundWeight(offer.holding, id);
        _checkMiner(offer.holding);
        _checkTerm(env, id, offer.holding.power.expiry);
        _checkGuarantee(env, id, found, offer.holding);
        _value(env, found, offer);
        if (found.price > found.bid) revert IJointMiningPool.AboveBid(id, found.price, found.bid);
        found.provider = MinerActor.getOwner(offer.holding.power.minerId);
        _checkPool(book, env, found);
    }

    /// @dev The weight that counts: attested, not fallen by the last report, and if it rose, what it was before.
    function _soundWeight(IPowerNFT.Holding memory holding, uint256 id) private pure returns (uint64) {
        (uint64 last, uint64 previous) = (holding.lastWeight, holding.previousWeight);
        if (holding.power.weight == 0 || last < previous) revert IJointMiningPool.WeightInDoubt(id, last, previous);
        return previous == 0 ? last : previous;
    }

    /// @dev The miner owes nothing that went elsewhere, keeps a part of its power, and the chain says in this very block
    /// that it has the power.
    function _checkMiner(IPowerNFT.Holding memory holding) private view {
        uint64 minerId = holding.power.minerId;
        if (holding.arrears != 0) revert IJointMiningPool.MinerInArrears(minerId, holding.arrears);
        (, uint256 qap) = PowerActor.findClaim(minerId);
        if (holding.soldPower * BPS > qap * SOLD_BPS) {
            revert IJointMiningPool.SoldTooMuch(minerId, holding.soldPower, qap);
        }
    }

    function _checkTerm(Env memory env, uint256 id, uint64 expiry) private view {
        uint64 earliest = uint64(block.number + env.policy.minTermDays * DAY);
        if (expiry < earliest) revert IJointMiningPool.TermTooShort(id, expiry, earliest);
    }

    /// @dev The hard rule: what the guarantee may still bring is at least the price, and the provider's pledge covers it.
    function _checkGuarantee(
        Env memory env,
        uint256 id,
        IJointMiningPool.Appraisal memory found,
        IPowerNFT.Holding memory holding
    ) private view {
        IPowerNFT.Cover memory cover = env.nft.coverOf(holding.power.minerId);
        found.guaranteed = Pricing.toAsset(holding.guarantee.remaining, env.cautiousPrice);
        if (found.guaranteed < found.price || cover.amount < int256(cover.remaining)) {
            revert IJointMiningPool.NotGuaranteed(id, found.price, found.guaranteed, cover.amount, cover.remaining);
        }
    }

    /// @dev The bid: a part of expected income for the rest of the term, and of income that comes along (R-INC-7).
    function _value(Env memory env, IJointMiningPool.Appraisal memory found, Offer memory offer) private view {
        IPowerNFT.Power memory power = offer.holding.power;
        uint64 lastSync = offer.holding.lastSync;
        offer.perPiB = env.nft.expectedPerDay(power.minerId, Machines.PIB);
        found.unpaidIncome = offer.holding.unpaid;
        uint256 payBps = BPS - power.spFeeBps - power.protocolFeeBps;
        found.perDay = (offer.perPiB * found.weight * payBps) / (Machines.PIB * BPS);
        if (lastSync >= power.attestedAt + MEASURED_FOR) {
            found.perDay = Math.min(found.perDay, (offer.holding.earned * DAY) / (lastSync - power.attestedAt));
        } else {
            found.perDay /= 2;
        }
        uint256 left = power.expiry - block.number;
        found.daysLeft = uint64(left / DAY);
        uint256 fil = (found.perDay * left * env.policy.bidBps) / (DAY * BPS);
        fil += (found.unpaidIncome * env.policy.cautiousBps) / BPS;
        found.bid = Pricing.toAsset(fil, env.cautiousPrice);
    }

    /// @dev What the pool can bear.
    function _checkPool(Book storage book, Env memory env, IJointMiningPool.Appraisal memory found) private view {
        uint256 price = found.price;
        uint256 assets = book.cash + book.machinesUpper;
        uint256 spent = book.spentIn == block.number / DAY ? book.spent : 0;
        uint256 daily = (assets * env.policy.dailyBps) / BPS;
        if (spent + price > daily) revert IJointMiningPool.DailyLimit(price, daily > spent ? daily - spent : 0);
        uint256 reserve = (assets * env.policy.reserveBps) / BPS;
        if (book.cash < price + reserve) {
            revert IJointMiningPool.CashTooLow(book.cash > price ? book.cash - price : 0, reserve);
        }
        uint256 utilisation = Pricing.utilisationOf(book.openCost + price, book.deposits);
        uint256 maximum = (uint256(env.policy.maxUtilisationBps) * 1e18) / BPS;
        // at a bound of 1 the ratio itself must not exceed it either
        if (utilisation > maximum || book.openCost + price > book.deposits) {
            revert IJointMiningPool.UtilisationTooHigh(utilisation, maximum);
        }
        uint256 held = price;
        uint256[] memory ids = book.ids;
        for (uint256 i = 0; i < ids.length; ++i) {
            Rig storage rig = Rigs.at(ids[i]);
            if (rig.provider == found.provider) held += rig.unpaid;
        }
        uint256 most = (assets * env.policy.perProviderBps) / BPS;
        if (held > most) revert IJointMiningPool.ProviderTooLarge(found.provider, held, most);
    }

    function _write(
        Book storage book,
        IJointMiningPool.Appraisal memory found,
        Offer memory offer,
        uint256 id,
        uint256 cost
    ) private {
        uint256 frame = block.number / DAY;
        book.cash -= uint96(found.price);
        book.spent = uint96((book.spentIn == frame ? book.spent : 0) + found.price);
        book.spentIn = uint32(frame);
        book.perPiB = offer.perPiB.toUint128();
        IPowerNFT.Power memory power = offer.holding.power;
        Rig storage rig = Rigs.at(id);
        rig.minerId = power.minerId;
        rig.provider = found.provider;
        rig.nominalPower = power.nominalPower;
        rig.expiry = uint32(power.expiry);
        rig.payBps = uint16(BPS - power.spFeeBps - power.protocolFeeBps);
        rig.cost = uint96(cost);
        rig.unpaid = uint96(cost);
        rig.boughtWeight = found.weight;
        rig.weight = found.weight;
        rig.earned = uint96(offer.holding.earned);
        rig.guaranteeDue = uint96(offer.holding.guarantee.due);
        rig.idleSince = 0;
        bool measured = block.number >= power.attestedAt + MEASURED_FOR;
        rig.windowEarned = 0;
        rig.windowAt = measured ? uint32(power.attestedAt) : 0;
        rig.nextEarned = uint96(offer.holding.earned);
        rig.nextAt = uint32(block.number);
    }

    function _pay(Env memory env, uint256 id, Offer memory offer, IJointMiningPool.Appraisal memory found) private {
        IPowerNFT.Power memory power = offer.holding.power;
        IPowerMarket.Bounds memory bounds = IPowerMarket.Bounds({
            minWeight: found.weight,
            minExpiry: power.expiry,
            maxFeeBps: power.spFeeBps + power.protocolFeeBps,
            maxRoyaltyBps: uint16(BPS),
            minUnpaid: 0,
            maxUnpaid: type(uint96).max
        });
        uint96 price = uint96(found.price);
        if (env.coin == address(0)) {
            IPowerMarket(env.market).buy{ value: price }(id, offer.seller, env.coin, price, bounds, address(this));
        } else {
            IERC20(env.coin).forceApprove(env.market, price);
            IPowerMarket(env.market).buy(id, offer.seller, env.coin, price, bounds, address(this));
        }
    }
}
