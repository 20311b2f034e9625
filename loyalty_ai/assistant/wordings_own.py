"""How people ask a shop about what is theirs: their cart, tier, orders, parcels and refunds. One line for each kind of question.

A question that is like these wordings is answered from the shop's data, whatever the tables of `phrases` read in it. Nothing here is
particular to one shop, and nothing here is ever said.
"""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

OWN = """
cart: what is in my cart; what is in my basket right now; how much is my basket; what does my basket come to; what have I put in
  my trolley so far; is there anything in my cart; show me my cart; what did I put in my bag; the total of my basket; what have
  I got in my basket and what does it come to; what am I about to buy; let me see my basket; how many things are in my trolley;
  what would I pay for my basket; is my trolley empty; did I put a thing in my basket already; read me my cart; what is waiting
  in my basket; how is my basket looking; have I got the thing in my cart
next_tier: how much more do I need to spend to go up; how far am I from the next level; how short am I; how much is missing to
  the next tier; am I close to gold; how much till I move up; what do I still have to spend to be platinum; how many pounds to
  go until silver; what is left until the next one; will I be gold soon; how near am I to going up a level; am I nearly there;
  what do I need to spend to get to the next tier; how much longer until I am gold; how far off the top level am I; am I still a
  long way off silver; do I need much more for the next level; what would get me up a level; will my next order make me gold;
  how close am I to being upgraded; when do I go up; how far to the next rung; how much before I level up
loyalty tier: what tier am I; what level am I on; what is my status; which level do I have; what kind of customer am I to you;
  which tier do I have now; am I silver or gold; what rank am I; do I count as gold; what is my standing with you; which tier
  does my account have; what tier have I got; what sort of member am I; which class of member am I; what is my membership; what am I at the moment gold or silver
loyalty spent: how much have I spent with you so far; what have I spent here altogether; how much money have you had from me;
  what does all I bought come to; my total spending; how much have I given you over the years; what have I shelled out here in
  total; how much cash did I leave in your shop; what did I spend all told; total spent to date
loyalty orders: how many orders have I placed; how many times have I ordered; how often did I order from you; how many times
  have I shopped here; number of my orders; how often have I bought from you; how many parcels have I had from you
loyalty since: how long have I been a customer; since when do I shop here; when did I become a customer; when did I start buying
  here; how many years have I been with you; how long have I been shopping with you
order expected way: when is the stuff I ordered going to turn up; where is my parcel; where is my order; where is my stuff; where has my package got to; has my order gone out
  yet; has my last lot gone out; did my things get sent; have you posted my things; is it on its way; when will my order arrive;
  when will my stuff get here; when arrives what I ordered; when comes what I ordered yesterday; when will what I ordered be
  here; should I stay in for my parcel; has my order been sent; did it ship yet; did my thing get sent; track my parcel;
  tracking number; can I follow my delivery; order status; what is happening with my order; any news of my parcel; when should I
  be at home for the parcel; has my stuff left yet; is my order out for delivery; is my last order with the courier; what is the
  state of my order; have my things been packed yet; did you send out what I bought; is what I ordered last week on the road;
  how is my order coming along; when can I expect the things I ordered; has the lot I ordered left your warehouse; will my order
  come today; what day is my parcel coming; do I need to be in for my order; has it shipped; did my last order go out; will my
  order be here by monday; will my parcel come before friday; is my order going to be in time for the weekend; do I get my
  things by the 20th
order items: is anything of mine still to come; what am I still waiting for; have I got anything on order; what did I order; what was in my last order; what did I buy last; what did I get last time; what was my last
  purchase; remind me what I ordered; what is in my order; what is in the parcel I am waiting for; what exactly did I buy; tell
  me my last order; what have I got coming; I forgot what I ordered; which things did I order; what did I have off you last
order total: how much was my last order; what did I pay last time; what did I pay for it; what did my order cost me; what did my
  last order come to; how much did I pay; my total for this month; what did I spend in may; what did you charge me for my last
  order; how much was what I ordered; how much did the things set me back last time; what did the thing cost me last time; what
  did I give for the things
order charge: what is this £20 charge on my card; there is a charge of £20 on my card what is it for; what did you take £20 from
  my account for; a payment of £20 in march what was that for; why did you take £20 off me; I have a payment of £20 to you on my
  statement what did I buy; what is the £20 on my bank statement; you have taken £20 what for; I do not recognise £20 from you;
  my card shows £20 to you what is that; which order was £20; what did I buy for £20; what was the £20 I paid in june; there is
  £20 gone to your shop from my account; what is the £20 payment from october for; who took £20 from my card; £20 went off my card to you why; why has £20 left my card; why is £20 missing from my
  card
order count: how many things have I had off you altogether; how many things have I bought in all; how many of the things have I
  bought; how many things did I order in total; remind me how many things I have had; how many have I got from you so far; how
  many things have I ordered over the years; the number of things I bought from you; how many things have you sold me; what
  number of things have I had from you; did I get more than one; did I buy several of them; how many of those did I get in all;
  was it just the one I bought
order which: which of my orders had the things in; which order were the things in; in which order did I buy the things; which
  orders did I get the things with; what order had the thing in it; which order was the thing part of; find the order with the
  things; which parcel had the things in
order bought_when: when did I last order; when did I buy the things; when was my last order; did I buy one before; have I bought
  this before; when did I get the thing from you; have I had these from you before; did I ever order the thing; when was the
  last time I bought things; how long is it since I bought from you
order list: show me my orders; show me all my orders; my past orders; what have I ordered so far; list everything I bought; my
  order history; what have I bought from you this year; all my purchases; what are my recent orders; my last few orders; what is
  order 1234
order back: did you ever refund the things; did you refund me for the things; did you get the things I sent back; have I had my
  money back for the things; has my refund come through for the thing; did my return arrive; what did I send back; which things
  have I returned; did I ever return anything; have you had my return; did I get the money back for the things I returned
usual: the usual please; same again; my usual order; the same as always; I want what I always get; can I get what I usually
  have; same as last time please; put my regulars in my basket; repeat my last order; order that lot again for me; I would like
  the same again
recommend: recommend me something; what would you recommend for me; what might I like; what should I buy next; pick something
  out for me; what would suit me; what do you think I would like; show me things for me; anything I might fancy
popular: what do other people buy; which ones are popular; what sells best; what does everybody get; what are your bestsellers;
  what is everybody buying
"""
"""The intent that the tables would read, what of it is asked, a colon, and wordings, with "thing" for goods and £20 for money."""
