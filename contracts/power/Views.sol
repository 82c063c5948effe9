// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Account, Accounts } from "./Account.sol";
import { Guarantee, Guarantees } from "./Guarantee.sol";
import { IncomeLedger, Line } from "./IncomeLedger.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { Owned, Ownership } from "./Ownership.sol";
import { SectorRuns } from "./SectorRuns.sol";
import { Token, Tokens } from "./Token.sol";

/// @title What PowerNFT says of NFTs and miners
/// @notice See IPowerNFT. Runs in PowerNFT's context; apart from it, because that contract's size is limited and every call
/// pays for it. PowerNFT passes calls on as they come: functions here are those of IPowerNFT, to the letter.
library Views {
    using Accounts for Account;
    using Guarantees for Guarantee;
    using IncomeLedger for Line;
    using Tokens for Token;

    function holdingOf(uint256 id) external view returns (IPowerNFT.Holding memory holding) {
        Token storage token = Tokens.known(id);
        Account storage account = Accounts.at(token.minerId);
        Owned storage owned = Ownership.at(id);
        holding.power = token.power();
        holding.holder = owned.holder;
        holding.approved = Ownership.approval(id).operator;
        holding.royaltyReceiver = token.royaltyReceiver;
        holding.lastWeight = token.income.weight;
        holding.previousWeight = token.income.previousWeight;
        (uint256 earned, uint256 covered) = token.gross(id);
        holding.earned = token.holdersPart(earned);
        holding.unpaid = holding.earned - token.holdersPart(covered);
        holding.paid = token.holdersPart(owned.taken);
        holding.guarantee = guaranteeOf(id);
        holding.lastSync = account.lastSync;
        holding.arrears = account.currentArrears();
        holding.owed = account.earned.owed();
        holding.soldPower = account.nominalPower;
    }

    function attestedWeightsOf(uint256 id) external view returns (uint64 last, uint64 previous, uint16 frame) {
        Token storage token = Tokens.known(id);
        return (token.income.weight, token.income.previousWeight, token.income.frame);
    }

    function nominalPowerOf(uint256 id) external view returns (uint64) {
        return Tokens.known(id).nominalPower;
    }

    function expiryOf(uint256 id) external view returns (uint64) {
        return Tokens.known(id).expiry();
    }

    function earnedOf(uint256 id) external view returns (uint256) {
        Token storage token = Tokens.known(id);
        (uint256 earned, ) = token.gross(id);
        return token.holdersPart(earned);
    }

    function payableOf(uint256 id) external view returns (uint256) {
        Token storage token = Tokens.known(id);
        uint256 covered = token.grossCovered(id);
        return token.holdersPart(covered) - token.holdersPart(Ownership.at(id).taken);
    }

    function unpaidOf(uint256 id) external view returns (uint256) {
        Token storage token = Tokens.known(id);
        (uint256 earned, uint256 covered) = token.gross(id);
        return token.holdersPart(earned) - token.holdersPart(covered);
    }

    function paidOf(uint256 id) external view returns (uint256) {
        Token storage token = Tokens.known(id);
        return token.holdersPart(Ownership.at(id).taken);
    }

    function sectorsOf(uint256 id) external view returns (IPowerNFT.SectorRange[] memory) {
        return SectorRuns.load(uint64(id), Tokens.known(id).runCount);
    }

    function minerAccount(uint64 minerId) external view returns (IPowerNFT.MinerAccount memory result) {
        Account storage account = Accounts.at(minerId);
        Line storage line = Accounts.line(minerId);
        result.lastSync = account.lastSync;
        result.pairEpoch = account.pairEpoch;
        result.syncDeadline = account.syncDeadline();
        result.qap = account.qap;
        result.weight = account.weight;
        result.living = account.living;
        result.earned = line.earned;
        result.covered = line.covered;
        result.owed = line.owed();
        result.arrears = account.currentArrears();
        result.rewards = account.rewards;
        result.nominalPower = account.nominalPower;
    }

    function solvency(uint64 minerId) external view returns (IPowerNFT.Solvency memory) {
        Line storage line = Accounts.line(minerId);
        uint256 liabilities = Ownership.totals().liabilities;
        return IPowerNFT.Solvency(address(this).balance, liabilities, line.earned, line.covered, line.owed());
    }

    function guaranteeOf(uint256 id) public view returns (IPowerNFT.GuaranteeStatus memory status) {
        Token storage token = Tokens.known(id);
        Guarantee storage guarantee = Guarantees.at(id);
        if (!token.guaranteed) return status;
        uint256 covered;
        (status.due, covered) = Guarantees.dueOf(id);
        status.promised = guarantee.promised;
        status.paid = guarantee.taken;
        status.payableNow = covered - guarantee.taken;
        uint64 lastSync = Accounts.at(token.minerId).lastSync;
        if (guarantee.called || lastSync >= token.expiry()) return status;
        status.remaining =
            guarantee.begun
                ? (guarantee.rate(token) * (token.expiry() - lastSync)) / Guarantees.SCALE
                : guarantee.promised;
    }

    function guaranteesOf(uint64 minerId) external view returns (IPowerNFT.MinerGuarantees memory result) {
        Line storage line = Guarantees.accountOf(minerId).line;
        result.remaining = Guarantees.remaining(minerId);
        result.due = line.earned;
        result.covered = line.covered;
        result.owed = line.owed();
    }
}
